"""Fill history from the exchanges as deep as they go, page by page, and go on where it stopped."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import polars as pl

from oirisk import __version__
from oirisk.flows.cftc import fill_reports
from oirisk.flows.exchanges.client import VenueClient
from oirisk.flows.exchanges.configured import chosen_venues, require_one_name
from oirisk.flows.exchanges.fetch import fetch_page, instruments_of
from oirisk.flows.exchanges.registry import all_histories
from oirisk.flows.exchanges.sources import Source
from oirisk.flows.history_store import FLOW, Stored, archive_page, load_page
from oirisk.flows.marts import build_stale
from oirisk.flows.settings.model import Settings
from oirisk.schemas.errors import ConfigurationError, SourceError
from oirisk.schemas.history import KINDS, Page, VenueHistory, Window
from oirisk.schemas.instruments import Instrument
from oirisk.schemas.responses import KnownMarkets
from oirisk.schemas.venue import Venue
from oirisk.transforms.cftc import SOURCE as CFTC
from oirisk.transforms.names import as_known
from oirisk.warehouse.archive import RunLabel
from oirisk.warehouse.backfill import done_until, note_progress, stored_counts
from oirisk.warehouse.home import Home
from oirisk.warehouse.load import RunRow, held_venues, listed_name, record_run
from oirisk.warehouse.views import refresh_views
from oirisk.warehouse.writer import Writer, opened, require_same_kind, transaction

PAGE = timedelta(days=2)
_PER_CLIENT = 20
_PER_BATCH = 15
_PATIENCE_SECONDS = 900.0
"""A nightly run may write for minutes before a backfill's next batch can be stored."""
Say = Callable[[str], None]


@dataclass(frozen=True)
class Request:
    """What to fill.

    Args:
        since: First instant.
        until: Exclusive; the time of the backfill, nothing later is known.
        venues: ccxt ids, and ``cftc``; empty: all configured that have history, and the CFTC.
        assets: Coins; None: all that are listed.
    """

    since: datetime
    until: datetime
    venues: tuple[str, ...] = ()
    assets: frozenset[str] | None = None

    def asks_cftc(self) -> bool:
        """Return whether the CFTC's weekly report is wanted."""
        return not self.venues or CFTC in self.venues

    def exchanges(self, settings: Settings) -> tuple[Venue, ...]:
        """Return the exchanges that are wanted.

        Raises:
            ConfigurationError: One is not known.
        """
        named = tuple(name for name in self.venues if name != CFTC)
        return () if self.venues and not named else chosen_venues(settings, named)


@dataclass
class VenueFilled:
    """What came of one exchange.

    Args:
        venue: ccxt id.
        instruments: How many were filled.
        bars: Bars stored.
        open_interest: Rows stored.
        positioning: Rows stored.
        reports: Rows of the CFTC's weekly report.
        rejected: Rows refused.
        failures: Why something is missing, by symbol and kind.
        lacks: What the exchange cannot provide at all.
    """

    venue: str
    instruments: int = 0
    bars: int = 0
    open_interest: int = 0
    positioning: int = 0
    reports: int = 0
    rejected: int = 0
    failures: dict[str, str] = field(default_factory=dict)
    lacks: dict[str, str] = field(default_factory=dict)

    def add(self, stored: Stored) -> None:
        """Count a page."""
        self.bars += stored.bars
        self.open_interest += stored.open_interest
        self.positioning += stored.positioning
        self.rejected += stored.rejected


def backfill(
    home: Home,
    settings: Settings,
    source: Source,
    request: Request,
    say: Say = lambda _text: None,
) -> list[VenueFilled]:
    """Fill history; every batch is committed on its own, so an interrupted backfill goes on.

    The warehouse is open for writing only while a batch is stored, so that the nightly run can
    come between; the marts of what a backfill has stored are built and published at its end, or by
    that run.

    Raises:
        ConfigurationError: A venue is not known, or the span is empty.
        HomeError: The warehouse stays locked, or holds the other kind of data.
    """
    if request.since >= request.until:
        raise ConfigurationError(f"--since {request.since:%Y-%m-%d}: expected a day in the past")
    venues = request.exchanges(settings)
    job = _Job(home, settings, source, request, say)
    with job.written() as connection:
        require_same_kind(connection, is_simulated=source.is_simulated)
        require_one_name(held_venues(connection), (venue.id for venue in venues), settings)
    filled = [asyncio.run(job.fill(venue)) for venue in venues]
    if request.asks_cftc() and not source.is_simulated:
        filled.append(job.fill_cftc())
    say("building the marts of what was filled")
    with job.written(publishes=True) as connection:
        refresh_views(connection, home)
        build_stale(connection, settings, request.until)
    return filled


@dataclass
class _Job:
    home: Home
    settings: Settings
    source: Source
    request: Request
    say: Say

    @contextmanager
    def written(self, *, publishes: bool = False) -> Iterator[Writer]:
        """Open the warehouse for one transaction, waiting while a run writes."""
        at = self.request.until
        with (
            opened(self.home, at, wait_seconds=_PATIENCE_SECONDS, publishes=publishes) as writer,
            transaction(writer),
        ):
            yield writer

    async def fill(self, venue: Venue) -> VenueFilled:
        """Fill one exchange, instrument by instrument."""
        history = all_histories().get(venue.id)
        filled = VenueFilled(venue.id)
        if history is None:
            filled.lacks["history"] = "no history endpoint of this exchange is known"
            return filled
        filled.lacks |= history.lacks
        if not self.source.offers(venue.id):
            filled.failures["venue"] = "the source does not hold this exchange"
            return filled
        label = self._begin(venue.id)
        try:
            await self._fill_all(venue, history, filled)
        except SourceError as error:
            filled.failures["venue"] = error.reason
        self._end(label, filled)
        return filled

    def fill_cftc(self) -> VenueFilled:
        """Ask for the CFTC's weekly report, whatever the coins."""
        window = Window(self.request.since, self.request.until)
        done = fill_reports(self.home, self.settings, self.source, window, self.written)
        failures = {"report": done.failure} if done.failure else {}
        return VenueFilled(
            CFTC, done.contracts, reports=done.rows, rejected=done.rejected, failures=failures
        )

    async def _fill_all(self, venue: Venue, history: VenueHistory, filled: VenueFilled) -> None:
        """Fill every instrument; a client keeps its answers, so it is renewed now and then."""
        start = 0
        known: KnownMarkets | None = None
        instruments: list[Instrument] = []
        while start == 0 or start < len(instruments):
            async with VenueClient(venue, self.source, self.settings.fetch) as client:
                instruments, known = await instruments_of(client, self.request.assets, known)
                batch = self._named(instruments[start : start + _PER_CLIENT])
                for instrument, since in zip(batch, self._starts(batch), strict=True):
                    await self._fill_one(client, history, instrument, filled, since)
            start += _PER_CLIENT

    def _named(self, batch: Sequence[Instrument]) -> list[Instrument]:
        """Give multiples of coins the names that a run settled by their prices."""
        with self.written() as connection:
            known = {one.symbol: listed_name(connection, one.venue, one.symbol) for one in batch}
        return [as_known(one, known[one.symbol]) for one in batch]

    def _starts(self, batch: Sequence[Instrument]) -> list[datetime]:
        """Return where each instrument of a batch goes on."""
        since = self.request.since
        with self.written() as connection:
            return [done_until(connection, one.venue, one.symbol, since) for one in batch]

    def _label(self, venue: str) -> RunLabel:
        until = self.request.until
        return RunLabel(
            run_id=f"{until:%Y%m%dT%H%M%SZ}-{FLOW}-{venue}",
            flow=FLOW,
            snapshot_at=until,
            source=self.source.name,
            is_simulated=self.source.is_simulated,
        )

    def _begin(self, venue: str) -> RunLabel:
        label = self._label(venue)
        run = RunRow(
            **label.__dict__,
            started_at=self.request.until,
            ended_at=None,
            state="running",
            version=__version__,
            error=None,
        )
        with self.written() as connection:
            record_run(connection, run, pl.DataFrame(), pl.DataFrame())
        return label

    def _end(self, label: RunLabel, filled: VenueFilled) -> None:
        missing = "; ".join(f"{what}: {why}" for what, why in filled.failures.items())
        with self.written() as connection:
            connection.execute(
                "update ops.runs set state = $state, ended_at = $at, error = $error"
                " where run_id = $run_id",
                {
                    "state": "partial" if missing else "completed",
                    "at": self.source.now(),
                    "error": missing or None,
                    "run_id": label.run_id,
                },
            )

    async def _fill_one(
        self,
        client: VenueClient,
        history: VenueHistory,
        instrument: Instrument,
        filled: VenueFilled,
        start: datetime,
    ) -> None:
        fetched: list[Page] = []
        for window in pages(_not_before_listing(instrument, start), self.request.until):
            page = await fetch_page(client, history, instrument, window, self.request.until)
            archive_page(self.home, page, self._label(instrument.venue))
            fetched.append(page)
            if len(fetched) == _PER_BATCH or page.failures or window.until >= self.request.until:
                self._commit(fetched, filled)
                fetched = []
            self.say(f"{instrument.venue} {instrument.symbol} until {window.until:%Y-%m-%d %H:%M}")
            if page.failures:
                for kind, why in page.failures.items():
                    filled.failures[f"{instrument.symbol} {kind}"] = why
                return
        filled.instruments += 1

    def _commit(self, pages: Sequence[Page], filled: VenueFilled) -> None:
        """Store some pages of one instrument, all or none."""
        stored: list[Stored] = []
        with self.written() as connection:
            for page in pages:
                label = self._label(page.instrument.venue)
                stored.append(load_page(connection, page, label, self.request.until))
                note_progress(connection, self._notes(connection, page, stored[-1]))
        for one in stored:
            filled.add(one)

    def _notes(self, connection: Writer, page: Page, stored: Stored) -> list[dict[str, object]]:
        """Say how far each kind is; a kind that failed has come no further."""
        venue, symbol = page.instrument.venue, page.instrument.symbol
        before = stored_counts(connection, venue, symbol)
        return [
            {
                "venue": venue,
                "symbol": symbol,
                "kind": kind,
                "since": self.request.since,
                "done_until": page.window.since if page.failures else page.window.until,
                "row_count": before.get(kind, 0) + getattr(stored, kind),
                "state": _state(kind in page.failures, page.window.until >= self.request.until),
                "note": page.failures.get(kind),
                "updated_at": self.request.until,
            }
            for kind in KINDS
        ]


def _state(has_failed: bool, is_last: bool) -> str:
    if has_failed:
        return "refused"
    return "done" if is_last else "running"


def pages(since: datetime, until: datetime) -> Iterator[Window]:
    """Cut a span into pages, oldest first."""
    while since < until:
        end = min(since + PAGE, until)
        yield Window(since, end)
        since = end


def _not_before_listing(instrument: Instrument, since: datetime) -> datetime:
    listed = instrument.listed_at
    return (
        since if listed is None else max(since, listed.replace(minute=0, second=0, microsecond=0))
    )


def exit_status(filled: Sequence[VenueFilled]) -> int:
    """Return 1 when anything failed or was refused."""
    return int(any(one.failures or one.rejected for one in filled))
