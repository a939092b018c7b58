"""Rebuild facts from archived responses: what a corrected rule means for the past.

Runs are derived again from their answers. What backfills and top-ups brought has parsers of its
own and needs the prices of that time; it is counted anew from the rows themselves.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import groupby

import polars as pl

from oirisk.flows.batch import load_options, snapshots_of
from oirisk.flows.exchanges.configured import chosen_venues, known_venues
from oirisk.flows.imports.venue_names import venue_names
from oirisk.flows.looks_back import looks_back
from oirisk.flows.marts import build_stale
from oirisk.flows.outcome import Life, record
from oirisk.flows.pipeline import load_listing, stored_rows
from oirisk.flows.settings.model import Settings
from oirisk.schemas.errors import HomeError
from oirisk.schemas.responses import Response
from oirisk.schemas.venue import Venue
from oirisk.transforms.assets import canonical_asset
from oirisk.transforms.coin_names import with_settled_names
from oirisk.transforms.derive import Derived, derive
from oirisk.warehouse.archive import (
    RunLabel,
    archived_runs,
    fetched,
    first_archived_day,
    stored_contents,
    whole_venues,
)
from oirisk.warehouse.home import Home
from oirisk.warehouse.load import (
    knows_later_listing,
    load_open_interest,
    rewind_instruments,
    run_starts,
    withdraw_open_interest,
)
from oirisk.warehouse.maintain import closed_before
from oirisk.warehouse.rename import Renamed, restate_names, stored_names
from oirisk.warehouse.rename_books import restate_books
from oirisk.warehouse.restate import restate_history
from oirisk.warehouse.writer import Writer, require_same_kind, restated_since, writing

Run = tuple[RunLabel, list[Response]]

SNAPSHOT_FLOWS = frozenset({"nightly", "snapshot"})


@dataclass(frozen=True)
class Rederived:
    """The outcome of a rederivation, and the first and last instant that it touched."""

    runs: int
    restated: int
    first: datetime | None
    last: datetime | None


def rederive_since(
    home: Home, since: date, settings: Settings, now: datetime, *, remakes: bool = False
) -> Rederived:
    """Derive every archived run again, count history anew, and rebuild the marts they touch.

    Rows that come out the same stay as they are; rows that differ supersede the old ones, which
    are kept; rows that no longer come out are closed. Runs that are not on record, because they
    were killed or the warehouse was lost, are put on record.

    Args:
        home: The home folder.
        since: First day, by the runs' snapshot instants.
        settings: For the marts.
        now: When the restatement becomes known.
        remakes: Whether the warehouse may be begun anew though a copy of an older one is there.
            Where there is no copy it may, if no archived day is left out.

    Raises:
        HomeError: There is no archive for those days, or the warehouse is lost and a part of it
            would be made again.
    """
    count = 0
    instants: list[datetime] = []
    venues = known_venues(settings)
    if not home.raw.is_dir():
        raise HomeError(
            f"{home.raw} does not exist, so there is nothing to rederive; point --home at the "
            "right folder, or restore raw/ from a backup"
        )
    remakes = remakes or _makes_all(home, since)
    with writing(home, now, remakes=remakes) as connection:
        _require_open(connection, since, settings)
        starts, contents = run_starts(connection), stored_contents(connection)
        whole = whole_venues(home, since, contents)
        for snapshot_at, group in groupby(_snapshot_runs(home, since, contents), key=_snapshot_of):
            runs = sorted(group, key=lambda run: _place(run, starts))
            if not instants:
                for venue in whole:  # of others the listings of some days could not be told again
                    rewind_instruments(connection, venue, snapshot_at)
            _restate(connection, home, runs, now, venues, whole)
            instants.append(snapshot_at)
            count += len(runs)
        instants += _restate_history(connection, datetime.combine(since, time(), UTC), now)
        names = venue_names(venues, chosen_venues(settings))
        named = restate_books(connection, names.lines, datetime.combine(since, time(), UTC), now)
        instants += [] if named is None else [named]
        if not instants:
            raise HomeError(f"{home.raw} holds no responses since {since}; nothing to rederive")
        build_stale(connection, settings, now)
        restated = restated_since(connection, now)
    return Rederived(count, restated, min(instants), max(instants))


def _makes_all(home: Home, since: date) -> bool:
    """Return whether all that can be known of a home is derived: nothing is left of a warehouse."""
    first = first_archived_day(home)
    is_lost = not (home.warehouse.exists() or home.published.exists())
    return is_lost and first is not None and since <= first


def _restate_history(connection: Writer, since: datetime, now: datetime) -> list[datetime]:
    """Count history anew, and name it anew; returns instants that were restated."""
    counted = restate_history(connection, since, now)
    named = restate_names(connection, _renamed(stored_names(connection)), since, now)
    return [
        *([] if counted is None else [counted.since, counted.until]),
        *([] if named is None else [named]),
    ]


def _renamed(stored: Iterable[tuple[str, str, str]]) -> list[Renamed]:
    """Return contracts whose listed base was stored as an asset, and is a multiple of one."""
    found = []
    for venue, symbol, asset in stored:
        coin, number = canonical_asset(symbol.partition("/")[0], venue)
        if number != 1 and asset == symbol.partition("/")[0]:
            found.append(Renamed(venue, symbol, asset, coin, float(number)))
    return found


def _require_open(connection: Writer, since: date, settings: Settings) -> None:
    border = closed_before(connection, looks_back(settings))
    if border is not None and since < border.date():
        raise HomeError(
            f"maintenance has thinned out rows that marts before {border:%Y-%m-%d} were made of: "
            f"rederive --since {border:%Y-%m-%d} or later"
        )


def _snapshot_runs(home: Home, since: date, contents: Mapping[str, str]) -> Iterator[Run]:
    """Leave out what backfills and top-ups archived."""
    runs = archived_runs(home, since, contents)
    return (run for run in runs if run[0].flow in SNAPSHOT_FLOWS)


def _snapshot_of(run: Run) -> datetime:
    return run[0].snapshot_at


def _place(run: Run, starts: dict[str, datetime]) -> tuple[datetime, str]:
    """Order the runs of one snapshot as they were loaded; one not on record by its requests."""
    label, responses = run
    first_request = min(response.requested_at for response in responses)
    return starts.get(label.run_id, first_request), label.run_id


def _restate(
    connection: Writer,
    home: Home,
    runs: Sequence[Run],
    now: datetime,
    known: Mapping[str, Venue],
    listed_anew: Collection[str],
) -> None:
    """Store the rows of the runs of one snapshot, the later ones over the earlier.

    ``listed_anew`` are the venues whose listings were forgotten, to be read again.
    """
    frames: list[pl.DataFrame] = []
    venues: set[str] = set()
    for label, responses in runs:
        require_same_kind(connection, is_simulated=label.is_simulated)
        derived = _derive_all(responses, known)
        fetches = fetched(home, label, responses)
        record(connection, label, snapshots_of(responses, known), derived, fetches, Life(now))
        for result in derived:
            is_anew = result.venue in listed_anew
            if is_anew or not knows_later_listing(connection, result.venue, label.snapshot_at):
                load_listing(connection, result, label)
            mine = [response for response in responses if response.venue == result.venue]
            load_options(connection, result, mine, label, now)
            rows = stored_rows(result, label)
            frames.append(rows.with_columns(pl.lit(label.run_id).alias("run_id")))
            venues.add(result.venue)
    if not frames:
        return
    rows = pl.concat(frames).unique(["venue", "symbol"], keep="last", maintain_order=True)
    for (run_id,), part in rows.group_by("run_id", maintain_order=True):
        load_open_interest(connection, part, run_id=str(run_id), recorded_at=now)
    withdraw_open_interest(
        connection, rows, snapshot_at=runs[0][0].snapshot_at, venues=sorted(venues), recorded_at=now
    )


def _derive_all(responses: Sequence[Response], known: Mapping[str, Venue]) -> list[Derived]:
    by_venue: dict[str, list[Response]] = {}
    for response in responses:
        by_venue.setdefault(response.venue, []).append(response)
    return list(
        with_settled_names(
            [derive(known[venue], mine) for venue, mine in by_venue.items() if venue in known]
        )
    )
