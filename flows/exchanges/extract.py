"""Ask one venue for everything its declaration names, and keep what came."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from oirisk.flows.exchanges.circuit_breaker import RequestLimits
from oirisk.flows.exchanges.client import LOAD_MARKETS, VenueClient
from oirisk.flows.exchanges.sources import Source
from oirisk.flows.settings.sections import FetchSettings
from oirisk.schemas.calls import Call, Market, value_at
from oirisk.schemas.errors import SourceError
from oirisk.schemas.responses import MARKETS_ENDPOINT, KnownMarkets, Response, VenueSnapshot
from oirisk.schemas.venue import Endpoint, Row, Venue

_NAMED = 5
_OTHER_ROW = "@"
"""First letter of a field that is not in the row itself."""


async def fetch_venue(
    venue: Venue,
    source: Source,
    settings: FetchSettings,
    known_markets: KnownMarkets | None = None,
    limits: RequestLimits | None = None,
) -> VenueSnapshot:
    """Fetch markets and every endpoint of one venue on one client.

    Calls are under way together; the client's throttler alone spaces the requests, so an answer
    that is long in coming delays no other. A failed call is written down and the others go on. A
    venue that takes longer than ``venue_timeout_seconds`` is given up with what it had answered
    by then.

    Args:
        venue: The venue's declaration.
        source: Where its data come from.
        settings: Timeouts and retries.
        known_markets: Its market list of an earlier run; spares loading it for a day, unless an
            answer holds an instrument that is not on it.
        limits: How far the venue is pressed; default: :class:`RequestLimits`.
    """
    fetched = VenueSnapshot(venue.id)
    if not source.offers(venue.id):
        fetched.status = "skipped"
        return fetched
    started = time.perf_counter()
    client = VenueClient(venue, source, settings, limits or RequestLimits())
    plan = _Plan(client)
    try:
        async with client, asyncio.timeout(settings.venue_timeout_seconds):
            await plan.carry_out(known_markets)
    except TimeoutError:
        plan.give_up(f"no answer within the {settings.venue_timeout_seconds:g} s for the venue")
    except SourceError as error:
        plan.problems.append(error.reason)
    needed = [one for one in plan.asked if not one.endpoint.enriches]
    fetched.failures = [*client.problems, *plan.problems, *_summed_up(needed)]
    completing = [one for one in plan.asked if one.endpoint.enriches]
    fetched.notes = [*client.notes, *_summed_up(completing)]
    fetched.responses = _marked(client.responses, [one.response for one in plan.asked])
    fetched.seconds = time.perf_counter() - started
    return fetched


@dataclass
class _Asked:
    """One call and what became of it: an answer, a reason why not, or nothing yet."""

    endpoint: Endpoint
    call: Call
    response: Response | None = None
    ids: frozenset[str] = frozenset()
    reason: str = ""


@dataclass
class _Plan:
    """The calls of one venue.

    Args:
        client: Its open client.
        asked: Calls in the order in which they are made.
        problems: Failures that belong to no call.
    """

    client: VenueClient
    asked: list[_Asked] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    is_listed: bool = False

    async def carry_out(self, known: KnownMarkets | None) -> None:
        """Make all calls; load the markets again if an answer shows that the list is old.

        Raises:
            SourceError: There is no market list.
        """
        markets, is_old = await self.client.markets(known)
        self.is_listed = True
        await self._ask_lines(markets)
        if is_old and self._unlisted(markets):
            await self._ask_lines(await self.client.load_markets())

    def give_up(self, reason: str) -> None:
        """Note on every open call why it got no answer."""
        if not self.is_listed:
            self.problems.append(f"{LOAD_MARKETS}: {reason}")
        for one in self.asked:
            if one.response is None and not one.reason:
                one.reason = f"{one.endpoint.name}: {reason}"

    async def _ask_lines(self, markets: Sequence[Market]) -> None:
        """Ask all endpoints at once, then those that stand in for an endpoint without an answer."""
        endpoints = self.client.venue.endpoints
        await self._ask(
            new
            for endpoint in endpoints
            if not endpoint.fallback_for
            for new in self._new(endpoint, markets)
        )
        for endpoint in endpoints:
            if endpoint.fallback_for and not endpoint.stands_in(self._answered()):
                await self._ask(self._new(endpoint, markets))

    def _answered(self) -> set[str]:
        endpoints = [one.endpoint for one in self.asked if one.response is not None]
        return {name for endpoint in endpoints for name in (endpoint.name, endpoint.fallback_for)}

    def _new(self, endpoint: Endpoint, markets: Sequence[Market]) -> list[_Asked]:
        """Return the calls of an endpoint that have not been made."""
        listed = [market for market in markets if _belongs(endpoint, market)]
        made = {_key(one.call) for one in self.asked if one.endpoint.name == endpoint.name}
        calls = endpoint.calls(listed) if listed else ()
        return [_Asked(endpoint, call) for call in calls if _key(call) not in made]

    async def _ask(self, calls: Iterator[_Asked] | list[_Asked]) -> None:
        """Make calls, some at once; they start in their order."""
        new = list(calls)
        self.asked += new
        waiting = iter(new)
        async with asyncio.TaskGroup() as group:
            for _ in range(min(self.client.limits.concurrent_calls, len(new))):
                group.create_task(self._work(waiting))

    async def _work(self, waiting: Iterator[_Asked]) -> None:
        for one in waiting:
            try:
                one.response, rows = await self.client.ask(one.endpoint, one.call)
                one.ids = frozenset(_ids(one.endpoint, rows))
            except SourceError as error:
                one.reason = error.reason

    def _unlisted(self, markets: Sequence[Market]) -> bool:
        """Return whether an answer holds an instrument that is not on the market list."""
        keys = {"id", *(product.market_key for product in self.client.venue.products())}
        listed = {str(value_at(market, key)) for market in markets for key in keys}
        return any(not one.ids <= listed for one in self.asked)


def _key(call: Call) -> tuple[object, ...]:
    return (call.method, call.path, *sorted(call.params.items()))


def _belongs(endpoint: Endpoint, market: Market) -> bool:
    return bool(market.get("contract")) and endpoint.product_of(market) is not None


def _ids(endpoint: Endpoint, rows: Sequence[Row]) -> Iterator[str]:
    """Return the market ids that rows are about, as far as the rows themselves say."""
    paths = {product.fields.market_id for product in endpoint.products}
    paths = {endpoint.key} if endpoint.enriches else paths
    own = [path for path in paths if path and not path.startswith(_OTHER_ROW)]
    for row in rows:
        if endpoint.ignores is None or not endpoint.ignores(row):
            found = (value_at(row, path) for path in own)
            yield from (str(value) for value in found if value is not None)


def _summed_up(asked: Sequence[_Asked]) -> list[str]:
    """Say what failed, once for all calls of an endpoint that failed for the same reason."""
    alike: dict[tuple[str, str], list[_Asked]] = {}
    for one in asked:
        if one.reason:
            alike.setdefault((one.endpoint.name, one.reason), []).append(one)
    said: list[str] = []
    for (name, reason), failed in alike.items():
        total = sum(one.endpoint.name == name for one in asked)
        said.append(reason if total == 1 else f"{reason} ({_named(failed, total)})")
    return said


def _named(failed: Sequence[_Asked], total: int) -> str:
    names = [", ".join(f"{k}={v}" for k, v in one.call.params.items()) for one in failed[:_NAMED]]
    more = f" and {len(failed) - _NAMED} more" if len(failed) > _NAMED else ""
    return f"{len(failed)} of {total} calls: {'; '.join(names)}{more}"


def _marked(everything: Sequence[Response], usable: Sequence[Response | None]) -> list[Response]:
    """Note on each unusable answer to a call that it was not used."""
    good = {id(response) for response in usable if response is not None}
    return [
        response
        if id(response) in good or response.endpoint in {MARKETS_ENDPOINT, LOAD_MARKETS}
        else replace(response, error=response.error or f"not usable, HTTP {response.status}")
        for response in everything
    ]
