"""One exchange through ccxt's async client: markets and calls, retried, every answer kept."""

import asyncio
import json
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self, TypeVar

import ccxt.async_support as ccxt

from oirisk.flows.exchanges.circuit_breaker import Breaker, GivenUpError, RequestLimits
from oirisk.flows.exchanges.hidden import hidden
from oirisk.flows.exchanges.request_gate import RequestGate, describe, is_transient
from oirisk.flows.exchanges.rest import PlainExchange
from oirisk.flows.exchanges.sources import Source
from oirisk.flows.exchanges.transport import UNDER_WAY, Exchange, NoRecordedAnswerError
from oirisk.flows.exchanges.unreadable_markets import UNREADABLE, KeptAnswers
from oirisk.flows.settings.sections import FetchSettings
from oirisk.schemas.calls import Call, Market
from oirisk.schemas.errors import ConfigurationError, SourceError
from oirisk.schemas.responses import MARKETS_ENDPOINT, KnownMarkets, Response
from oirisk.schemas.venue import Endpoint, Row, Venue
from oirisk.transforms.decode import BodyError, decode

log = logging.getLogger(__name__)

LOAD_MARKETS = "load_markets"
KNOWN_FOR = timedelta(hours=24)
"""How long a market list may be used again."""

Result = TypeVar("Result")


@dataclass
class VenueClient:
    """A ccxt client of one venue, opened with ``async with``; calls may run concurrently.

    Args:
        venue: The venue's declaration.
        source: Where its data come from.
        settings: Timeouts and retries.
        limits: How far the venue is pressed.
        notes: What the market list lacks, in words.
        problems: Why the market list is an old one.
    """

    venue: Venue
    source: Source
    settings: FetchSettings
    limits: RequestLimits = field(default_factory=RequestLimits)
    _calls: list[list[Exchange]] = field(default_factory=list, init=False)
    _listed: KnownMarkets | None = field(default=None, init=False)
    notes: list[str] = field(default_factory=list, init=False)
    problems: list[str] = field(default_factory=list, init=False)

    async def __aenter__(self) -> Self:
        """Create the ccxt client on our session."""
        self._session = self.source.session(self.venue, self.settings)
        self._client: Any = _create(self.venue, self._session, self.settings)
        self.source.prepare(self._client)
        self._hide = hidden(self.venue)
        is_paced = bool(self._client.enableRateLimit)
        self._breaker = Breaker(self.venue.id, self.limits, self.settings.backoff_seconds)
        RequestGate(self._client, self._breaker if is_paced else None)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Release the connections."""
        self._client.timeout_on_exit = 0
        await self._client.close()
        await self._session.close()

    @property
    def responses(self) -> list[Response]:
        """Everything that was requested, failed attempts included.

        In order of the calls, then of the attempts, however the answers overtook each other. The
        market list stands last; it is complete once the client is closed.
        """
        if self._listed is None:
            return self.answers
        # Written out only now: at the start of a run it would hold up every other venue.
        return [*self.answers, _markets_response(self.venue.id, *self._listed)]

    @property
    def answers(self) -> list[Response]:
        """The same without the market list."""
        return [one for call in self._calls for attempt in call for one in attempt.responses]

    async def markets(self, known: KnownMarkets | None = None) -> tuple[list[Market], bool]:
        """Return what the venue lists, and whether that was known without asking.

        Args:
            known: A list received earlier; used while it is younger than :data:`KNOWN_FOR`, and
                where the venue does not tell.

        Raises:
            SourceError: The venue did not tell, or lists nothing, and no list is known.
        """
        recorded = self.source.recorded_markets(self.venue.id)
        if recorded is not None:
            return self._use(*recorded), False
        if known is not None and known[1] and self._is_fresh(known[0]):
            return self._use(*known), True
        try:
            return await self.load_markets(), False
        except SourceError as error:
            if known is None or not known[1]:
                raise
            self.problems.append(
                f"{error.reason}; the market list of {known[0]:%Y-%m-%dT%H:%MZ} is used instead"
            )
            return self._use(*known), False

    async def load_markets(self) -> list[Market]:
        """Ask the venue what it lists.

        Raises:
            SourceError: It did not tell, or lists nothing.
        """
        loaded = await self._attempts(LOAD_MARKETS, self._load_markets)
        return self._list(self.source.now(), list(loaded.values()))

    async def ask(self, line: Endpoint, call: Call) -> tuple[Response, Sequence[Row]]:
        """Make one call until its answer has the documented shape.

        Raises:
            SourceError: It never came, or never had that shape; says what was seen last.
        """

        async def attempt() -> tuple[Response, Sequence[Row]]:
            try:
                await call.send(self._client)
            except UNREADABLE as error:
                log.info(
                    "ccxt cannot read venue=%s line=%s error=%r", self.venue.id, line.name, error
                )
            responses = UNDER_WAY.get().responses
            if not responses:
                raise BodyError(f"expected an answer to {call.label}, ccxt sent no request")
            return responses[-1], _rows(line, responses[-1].body)

        return await self._attempts(line.name, attempt)

    async def call(self, endpoint: str, request: Callable[[Any], Awaitable[Result]]) -> Result:
        """Make a call that ccxt reads itself, retried, paced and kept like any other.

        Args:
            endpoint: Name under which the answers are archived.
            request: Makes the call on the ccxt client it is given.

        Raises:
            SourceError: It never worked, or never could be read; says what was seen last.
        """

        async def attempt() -> Result:
            try:
                return await request(self._client)
            except UNREADABLE as error:
                raise BodyError(f"ccxt cannot read the answer: {error!r}") from error

        return await self._attempts(endpoint, attempt)

    def _is_fresh(self, received_at: datetime) -> bool:
        return timedelta(0) <= self.source.now() - received_at < KNOWN_FOR

    def _use(self, at: datetime, listed: list[Market]) -> list[Market]:
        """Take over a list that was not loaded from the venue just now."""
        try:
            self._client.set_markets(self._list(at, listed))
        except UNREADABLE as error:
            reason = f"the market list cannot be read: {error!r}"
            raise SourceError(self.venue.id, reason) from error
        return listed

    def _list(self, at: datetime, listed: list[Market]) -> list[Market]:
        if not listed:
            raise SourceError(self.venue.id, "expected a list of markets, saw none")
        self._listed = (at, listed)
        return listed

    async def _load_markets(self) -> dict[str, Market]:
        with KeptAnswers(self._client) as kept:
            try:
                loaded: dict[str, Market] = await self._client.load_markets(True)
            except (*UNREADABLE, ccxt.ExchangeError) as error:
                if UNDER_WAY.get().failed is not None:
                    raise
                loaded = await self._without_odd(kept, error)
        if not loaded:
            raise BodyError("expected a list of markets, saw none")
        return loaded

    async def _without_odd(self, kept: KeptAnswers, error: Exception) -> dict[str, Market]:
        """Leave out the entries that ccxt cannot read.

        Raises:
            BodyError: It is no single entry.
        """
        found = None if self.venue.lists_by_place else await kept.without_odd()
        if found is None:
            raise BodyError(f"the market list cannot be read: {error!r}") from error
        loaded, odd = found
        self.notes.append(
            f"{LOAD_MARKETS}: ccxt cannot read {len(odd)} of the entries ({error!r}), "
            f"left out: {', '.join(odd)}"
        )
        return loaded

    async def _attempts(self, endpoint: str, attempt: Callable[[], Awaitable[Result]]) -> Result:
        """Try until it works, is hopeless, or has been tried often enough."""
        reason, may_pass, made = "", True, list[Exchange]()
        self._calls.append(made)
        for number in range(1, self.settings.attempts + 1):
            if number > 1:
                await asyncio.sleep(self._backoff(number - 1))
            under_way = Exchange(endpoint, number)
            made.append(under_way)
            UNDER_WAY.set(under_way)
            try:
                result = await attempt()
            except (GivenUpError, BodyError, ccxt.BaseError) as error:
                if not (reason and isinstance(error.__cause__, NoRecordedAnswerError)):
                    reason = self._hide(_explain(error, under_way, self.settings))
                may_pass = _may_pass(error, under_way)
                self._log(error, under_way, reason)
            else:
                self._breaker.succeeded()
                return result
            if not may_pass:
                break
        if may_pass:
            self._breaker.lost(reason)
        raise SourceError(self.venue.id, f"{endpoint}: {reason}")

    def _log(self, error: Exception, under_way: Exchange, reason: str) -> None:
        # That the venue is given up the breaker has said once; here it is said for every call.
        level = logging.DEBUG if isinstance(error, GivenUpError) else logging.WARNING
        log.log(
            level, "request failed venue=%s endpoint=%s attempt=%d reason=%s",
            self.venue.id, under_way.endpoint, under_way.attempt, reason,
        )  # fmt: skip

    def _backoff(self, failed: int) -> float:
        """Return seconds to wait after some failures: exponential, with jitter.

        Where the venue said stop, the breaker holds all its requests besides.
        """
        wait = self.settings.backoff_seconds * 2.0 ** (failed - 1) * random.uniform(0.5, 1.5)  # noqa: S311
        return min(wait, self.limits.longest_wait_seconds) * self.source.patience


def limits_of(settings: FetchSettings) -> RequestLimits:
    """Return how far settings let a venue be pressed."""
    return RequestLimits(
        concurrent_calls=settings.concurrent_calls,
        longest_wait_seconds=settings.longest_wait_seconds,
        stops=settings.stops,
        lost_calls=settings.lost_calls,
    )


def check_venue_exists(venue_id: str) -> None:
    """Make sure that ccxt still knows a venue.

    Raises:
        ConfigurationError: It does not.
    """
    if venue_id not in ccxt.exchanges:
        raise ConfigurationError(
            f"venue {venue_id!r} is not in ccxt {ccxt.__version__}; "
            "remove it from venues in oirisk.toml or correct its name"
        )


def _create(venue: Venue, session: Any, settings: FetchSettings) -> Any:  # noqa: ANN401
    config: dict[str, Any] = {
        "id": venue.id,
        "session": session,
        "timeout": int(settings.request_timeout_seconds * 1000),
        "enableRateLimit": True,
        "options": dict(venue.options),
    }
    if venue.interval_ms:
        config["rateLimit"] = venue.interval_ms
    if venue.address is None:
        check_venue_exists(venue.id)
        client = getattr(ccxt, venue.id)(config)
    else:
        client = PlainExchange(venue.address, config)
    client.has["fetchCurrencies"] = venue.loads_currencies
    # Our session does the TLS; without this each client reads the certificate store for nothing.
    client.ssl_context = False
    # Renames made for spot leak into derivative symbols; XBT is the one that is right everywhere.
    client.commonCurrencies = {"XBT": "BTC", **venue.currencies}
    return client


def _markets_response(venue: str, at: datetime, listed: list[Market]) -> Response:
    return Response(
        venue=venue,
        endpoint=MARKETS_ENDPOINT,
        method="",
        url="",
        params="{}",
        request_body=None,
        status=200,
        requested_at=at,
        received_at=at,
        attempt=1,
        body=json.dumps(listed, sort_keys=True, default=str),
    )


def _rows(line: Endpoint, body: str) -> Sequence[Row]:
    """Read the rows of a body.

    Raises:
        BodyError: It has another shape.
    """
    try:
        return line.rows(decode(body))
    except BodyError:
        raise
    except UNREADABLE as error:
        raise BodyError(
            f"expected the documented answer, and could not read it: {error!r}"
        ) from error


def _may_pass(error: Exception, under_way: Exchange) -> bool:
    """Return whether another attempt may fare better."""
    if isinstance(error, ccxt.BaseError):
        return is_transient(error, under_way.failed)
    return isinstance(error, BodyError)


def _explain(error: Exception, under_way: Exchange, settings: FetchSettings) -> str:
    if not isinstance(error, ccxt.BaseError):
        return str(error)
    is_silent = under_way.failed is None or not under_way.failed.status
    if isinstance(error, ccxt.RequestTimeout) and is_silent:
        return f"no answer within {settings.request_timeout_seconds:g} s"
    return describe(error, under_way.failed)
