"""How much of a window is computed at once."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

import duckdb

from oirisk.warehouse.registry import Slicing
from oirisk.warehouse.window import BuildWindow

SLICE_SNAPSHOTS = 288
"""Snapshots computed at once at least: each slice reads days before it again, so that few large
ones cost less. How large bounds memory, and changes no figure."""


def parts_of(
    connection: duckdb.DuckDBPyConnection, window: BuildWindow, slicing: Slicing | None
) -> list[BuildWindow]:
    """Cut a window into what is computed at once.

    Args:
        connection: Migrated.
        window: What is cut.
        slicing: How; None: not at all.
    """
    if slicing is None:
        return [window]
    if slicing.of == "days":
        return _days(window, timedelta(days=slicing.count))
    if slicing.of == "runs":
        return _runs(connection, window, slicing.count)
    if slicing.of == "options":
        return _options(connection, window, slicing.count)
    return slices(connection, window, slicing.of, slicing.count)


def _days(window: BuildWindow, length: timedelta) -> list[BuildWindow]:
    count = (window.until - window.since) // length
    starts = [window.since + place * length for place in range(count + 1)]
    ends = [start - timedelta.resolution for start in starts[1:]]
    return [BuildWindow(*part) for part in zip(starts, [*ends, window.until], strict=True)]


def _runs(
    connection: duckdb.DuckDBPyConnection, window: BuildWindow, count: int
) -> list[BuildWindow]:
    """Return the runs of a window, so many a part; none where it has none."""
    rows = connection.execute(
        "select distinct snapshot_at from ops.runs"
        " where flow in ('nightly', 'snapshot') and snapshot_at between $since and $until"
        " order by snapshot_at",
        asdict(window),
    ).fetchall()
    instants = [row[0] for row in rows]
    parts = (instants[start : start + count] for start in range(0, len(instants), count))
    return [BuildWindow(part[0], part[-1]) for part in parts]


def _options(
    connection: duckdb.DuckDBPyConnection, window: BuildWindow, count: int
) -> list[BuildWindow]:
    """Return parts of about so many options that were told; none where none was."""
    found = connection.execute(
        "select snapshot_at, count(*) from core.open_interest"
        " where kind = 'option' and snapshot_at between $since and $until"
        " group by snapshot_at order by snapshot_at",
        asdict(window),
    ).fetchall()
    return _of_size(window, found, count, 1) if found else []


def slices(
    connection: duckdb.DuckDBPyConnection, window: BuildWindow, table: str, most_rows: int
) -> list[BuildWindow]:
    """Cut a window into parts of like size; one part even where there are no snapshots.

    Args:
        connection: Migrated.
        window: What is cut.
        table: Whose rows tell how large a part is.
        most_rows: About so many of them make a part.
    """
    is_bars = table == "marts.oi_candles"
    instant, least = ("bar_at", 1) if is_bars else ("snapshot_at", SLICE_SNAPSHOTS)
    found = connection.execute(
        f"select {instant}, count(*) from {table}"  # noqa: S608 -- names of our own
        f" where {instant} between $since and $until group by {instant} order by {instant}",
        asdict(window),
    ).fetchall()
    return _of_size(window, found, most_rows, least)


def _of_size(
    window: BuildWindow, found: Sequence[tuple[datetime, int]], most_rows: int, least: int
) -> list[BuildWindow]:
    """Cut a window at instants, so that each part has about so many rows and at least so many."""
    instants = [instant for instant, _ in found]
    rows = sum(count for _, count in found)
    size = max(least, most_rows * len(found) // max(rows, 1))
    starts = [window.since, *instants[size::size]]
    ends = [*instants[size - 1 : -1 : size], window.until]
    return [BuildWindow(*part) for part in zip(starts, ends, strict=True)]
