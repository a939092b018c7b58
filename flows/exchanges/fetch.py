"""Ask one exchange for the history of one instrument over a span of time."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from oirisk.flows.exchanges.client import VenueClient
from oirisk.schemas.calls import Call
from oirisk.schemas.errors import SourceError
from oirisk.schemas.history import (
    Feed,
    InterestPoint,
    Kind,
    Page,
    VenueHistory,
    Window,
)
from oirisk.schemas.instruments import Instrument
from oirisk.schemas.responses import MARKETS_ENDPOINT, KnownMarkets, Response
from oirisk.schemas.venue import Endpoint
from oirisk.transforms.bars import STEP
from oirisk.transforms.decode import BodyError
from oirisk.transforms.instruments import list_instruments

_BARS = "history_bars"
_MOST_PAGES = 200
_CANDLE_FIELDS = 6
_LOADING = frozenset({MARKETS_ENDPOINT, "load_markets"})


async def instruments_of(
    client: VenueClient, assets: frozenset[str] | None, known: KnownMarkets | None = None
) -> tuple[list[Instrument], KnownMarkets]:
    """Return the live perpetuals and futures of an exchange, in order of symbol.

    Args:
        client: Open.
        assets: Coins wanted; None: all.
        known: Markets that were told already.

    Returns:
        The instruments, and the markets for the next client.

    Raises:
        SourceError: The exchange did not tell what it lists.
    """
    markets, _is_known = await client.markets(known)
    listing = list_instruments(client.venue, markets)
    wanted = [
        one
        for one in listing.instruments.values()
        if one.is_active and one.kind != "option" and (assets is None or one.asset in assets)
    ]
    found = sorted(wanted, key=lambda one: one.symbol)
    return found, known or (client.source.now(), list(markets))


async def fetch_page(
    client: VenueClient,
    history: VenueHistory,
    instrument: Instrument,
    window: Window,
    now: datetime,
) -> Page:
    """Ask for bars, open interest and ratios of a window; what fails is written down.

    Args:
        client: Open, its markets loaded.
        history: What the exchange's endpoints give.
        instrument: Whose history.
        window: Which span.
        now: Feeds that keep only so much are not asked for more.
    """
    page = Page(instrument, window)
    earlier_answers = {id(one) for one in client.answers}
    await add_bars(client, page)
    await add_feeds(RequestCache(client), history.feeds, page, now)
    page.responses = [one for one in received(client) if id(one) not in earlier_answers]
    return page


def received(client: VenueClient) -> list[Response]:
    """Return what a client was answered, apart from what the exchange lists."""
    return [one for one in client.answers if one.endpoint not in _LOADING]


async def add_bars(client: VenueClient, page: Page) -> None:
    """Ask for the bars of a page's window, and one before, which prices its first instant."""
    earlier = Window(page.window.since - STEP, page.window.until)
    try:
        page.bars = await fetch_bars(client, page.instrument, earlier)
    except SourceError as error:
        page.failures["bars"] = error.reason


async def fetch_bars(
    client: VenueClient, instrument: Instrument, window: Window
) -> list[list[Any]]:
    """Ask for the closed bars of a window.

    Returns:
        ``[milliseconds, open, high, low, close, volume]``, in order of time, each once.

    Raises:
        SourceError: The venue did not answer.
    """
    found: dict[int, list[Any]] = {}
    since, until = _milliseconds(window.since), _milliseconds(window.until)
    step = int(STEP.total_seconds() * 1000)
    for _page in range(_MOST_PAGES):
        page = await _candles_from(client, instrument, since)
        fresh = [row for row in page if _is_within(row, since, until - step)]
        found |= {int(row[0]): row for row in fresh}
        newest = max((int(row[0]) for row in fresh), default=since - step)
        if not fresh or newest + step > until - step:
            break
        since = newest + step
    return [found[at] for at in sorted(found)]


async def _candles_from(client: VenueClient, instrument: Instrument, since: int) -> list[list[Any]]:
    async def ask(ccxt: Any) -> list[list[Any]]:  # noqa: ANN401 -- a ccxt client has no types
        # ccxt sorts out fifteen candle formats.
        rows: list[list[Any]] = await ccxt.fetch_ohlcv(instrument.symbol, "5m", since)
        return rows

    return await client.call(_BARS, ask)


def _is_within(row: Sequence[Any], since: int, last: int) -> bool:
    return len(row) >= _CANDLE_FIELDS and row[0] is not None and since <= int(row[0]) <= last


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


async def add_feeds(
    cache: "RequestCache", feeds: Sequence[Feed], page: Page, now: datetime
) -> None:
    """Ask the feeds that know a page's instrument; what fails is written down."""
    for feed in feeds:
        if feed.covers(page.instrument):
            await _ask(cache, feed, page, now)
    page.interest = _each_once(page.interest)


@dataclass
class RequestCache:
    """The questions put to one exchange; one that gives no window is put once for all."""

    client: VenueClient
    _told: dict[tuple[object, ...], Any] = field(default_factory=dict)
    _turns: dict[tuple[object, ...], asyncio.Lock] = field(default_factory=dict)

    async def rows(
        self, feed: Feed, instrument: Instrument, window: Window
    ) -> Mapping[Kind, Sequence[Any]]:
        """Return the rows of an answer by kind.

        Raises:
            SourceError: It never came, or has another shape.
        """
        call = feed.call(instrument, window)
        if feed.is_windowed:
            _body, rows = await self._put(feed, call, instrument)
            return rows
        key = (call.method, *sorted(call.params.items()))
        async with self._turns.setdefault(key, asyncio.Lock()):
            if key in self._told:
                return _read(feed, self._told[key], instrument)
            self._told[key], rows = await self._put(feed, call, instrument)
        return rows

    async def _put(
        self, feed: Feed, call: Call, instrument: Instrument
    ) -> tuple[Any, Mapping[Kind, Sequence[Any]]]:
        """Put a question; returns the decoded answer and its rows by kind."""
        bodies: list[Any] = []

        def read(body: Any) -> list[Any]:  # noqa: ANN401 -- any JSON
            bodies.append(body)
            return [_read(feed, body, instrument)]

        line = Endpoint(name=feed.name, products=(), calls=lambda _markets: (), rows=read)
        _response, rows = await self.client.ask(line, call)
        return bodies[-1], cast("Mapping[Kind, Sequence[Any]]", rows[0])


def _read(feed: Feed, body: Any, instrument: Instrument) -> dict[Kind, list[Any]]:  # noqa: ANN401
    readers: dict[Kind, Callable[[Any, Instrument], list[Any]]] = {feed.kind: feed.parse}
    readers |= feed.also
    return {kind: parse(body, instrument) for kind, parse in readers.items()}


async def _ask(cache: RequestCache, feed: Feed, page: Page, now: datetime) -> None:
    for window in _windows(feed, page.window, now):
        try:
            rows = await cache.rows(feed, page.instrument, window)
        except (SourceError, BodyError) as error:
            reason = error.reason if isinstance(error, SourceError) else str(error)
            page.failures |= dict.fromkeys((feed.kind, *feed.also), reason)
            return
        for kind, found in rows.items():
            _keep(page, kind, found)


def _keep(page: Page, kind: Kind, rows: Sequence[Any]) -> None:
    if kind == "leverage_tiers":
        page.tiers += rows
        return
    kept = [row for row in rows if page.window.since <= row.at < page.window.until]
    if kind == "open_interest":
        page.interest += kept
    elif kind == "positioning":
        page.shares += kept
    else:
        page.liquidations += kept


def _windows(feed: Feed, window: Window, now: datetime) -> Iterator[Window]:
    """Cut a window into what one answer can hold, leaving out what is no longer kept."""
    since = window.since if feed.reach is None else max(window.since, now - feed.reach)
    if not feed.is_windowed:
        if since < window.until and window.until + feed.span > now:
            yield Window(since, window.until)
        return
    while since < window.until:
        until = min(since + feed.span, window.until)
        yield Window(since, until)
        since = until


def _each_once(points: Sequence[InterestPoint]) -> list[InterestPoint]:
    """Keep one of the rows that two answers share."""
    return list(dict.fromkeys(points))
