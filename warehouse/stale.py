"""Which facts the marts do not show yet.

Whatever changes a fact notes what it is and which time it speaks of, in the same transaction.
Whoever builds marts asks here what that bears on, and settles it. So no command need know what
another one did, and one that was killed before it built leaves its notes to the next.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import duckdb

from oirisk.warehouse.sql_files import statement
from oirisk.warehouse.window import BuildWindow, hull

FIRST = datetime(1970, 1, 1, tzinfo=UTC)
LAST = datetime(9000, 1, 1, tzinfo=UTC)

ANYTHING = "marts"
"""What a release notes that changes what marts say: it bears on all of them."""

MAPS = "marts.liquidation_map"
"""Noted for maps that are to be made anew though no fact in their reach changed."""

ON_TOTALS = frozenset(
    {
        ANYTHING, "core.open_interest", "core.positioning", "core.liquidations", "core.depth",
        "core.options", "core.instruments", "core.events", "core.supply", "ops.runs",
        "ops.unit_rules",
    }
)  # fmt: skip
"""What the marts that sum and compare rest on."""

ON_OPTIONS = ON_TOTALS | {"core.bars"}
"""What the marts of options rest on: what totals do, and what the price was every day."""

ON_MAPS = frozenset(
    {
        ANYTHING, "core.open_interest", "core.bars", "core.liquidations", "core.depth",
        "core.leverage_tiers", "core.instruments",
    }
)  # fmt: skip
"""What the entry profile, the liquidation map, the clusters and the stress grid rest on."""

ON_STANDING = frozenset({ANYTHING, "core.open_interest", "core.instruments"})
"""What the verdict rests on that the rows around a figure make of it."""

ON_OBSERVATIONS = frozenset({ANYTHING, "core.observed_positions", "core.instruments"})
"""What is made of observed positions alone."""

ON_REPORTS = frozenset({ANYTHING, "core.cftc_positions", "core.open_interest", "core.bars"})
"""What the weekly reports of the CFTC are, and are priced by."""

MAP_MEMORY = timedelta(days=14)
"""How long a map bears on later ones: what was learned at it counts for twice the week of a
calibration, its clusters for 48 hours, its levels are scored within 28."""


@dataclass(frozen=True)
class Stale:
    """The time that changed facts speak of, by fact."""

    spans: Mapping[str, BuildWindow]

    def over(self, facts: Collection[str], reach: timedelta = timedelta(0)) -> BuildWindow | None:
        """Return the time that any of some facts bear on; None when none of them changed.

        Args:
            facts: Some of the constants above.
            reach: How long after the time that a fact speaks of it bears on what is built.
        """
        found = self.of(facts).values()
        return hull([BuildWindow(span.since, span.until + reach) for span in found])

    def of(self, facts: Collection[str]) -> dict[str, BuildWindow]:
        """Return those of some facts that changed, with the time that they speak of."""
        return {fact: span for fact, span in self.spans.items() if fact in facts}

    def and_of(self, fact: str, span: BuildWindow) -> "Stale":
        """Return the same with one change more."""
        return Stale({**self.spans, fact: hull([span, *self.of({fact}).values()]) or span})


def note_stale(
    connection: duckdb.DuckDBPyConnection,
    fact: str,
    since: datetime | None = None,
    until: datetime | None = None,
) -> None:
    """Note that facts changed.

    Args:
        connection: Writer, in the transaction of the change.
        fact: Their table, or ``ANYTHING``.
        since: First instant they speak of; None: they may bear on all that is stored.
        until: Last one; None: they bear on everything later.
    """
    connection.execute(
        "insert into ops.stale values (?, ?, ?)", [fact, since or FIRST, until or LAST]
    )


def note_stale_rows(
    connection: duckdb.DuckDBPyConnection, table: str, instant: str, recorded_at: datetime
) -> None:
    """Note what rows that were stored or superseded at one time speak of.

    Args:
        connection: Writer, in the transaction of the change.
        table: A table of facts with ``recorded_at`` and ``superseded_at``.
        instant: Its column that says which instant a row speaks of.
        recorded_at: When they became known.
    """
    # One condition a scan: DuckDB then skips the blocks of history that cannot hold it.
    rows = " union all ".join(
        f'select "{instant}" as instant from {table} where {column} = $recorded_at'  # noqa: S608
        for column in ("recorded_at", "superseded_at")
    )
    connection.execute(
        f"insert into ops.stale select '{table}', min(instant), max(instant) from ({rows})"  # noqa: S608 -- names of our own
        " having count(*) > 0",
        {"recorded_at": recorded_at},
    )


def note_listing(connection: duckdb.DuckDBPyConnection, venue: str, listed_at: datetime) -> None:
    """Note that a venue's listing changed what is known from an instant on.

    What a venue listed when it was first read is taken to have been listed before: the first
    listing bears on all that is stored of the venue.

    Args:
        connection: Writer, after the listing was stored.
        venue: ccxt id.
        listed_at: Since when it holds.
    """
    connection.execute(
        statement("load/note_listing.sql"), {"venue": venue, "listed_at": listed_at, "last": LAST}
    )


def stale_facts(connection: duckdb.DuckDBPyConnection) -> Stale:
    """Return what changed since it was last settled; also what that tells of the day before.

    What a run saw is what the history it fetched of the day before is covered by.
    """
    found = connection.execute(statement("load/stale_facts.sql")).fetchall()
    return Stale({fact: BuildWindow(since, until) for fact, since, until in found})


def settle(connection: duckdb.DuckDBPyConnection) -> None:
    """Forget what changed: the marts show it now."""
    connection.execute("delete from ops.stale")


def stored_span(connection: duckdb.DuckDBPyConnection) -> BuildWindow | None:
    """Return from when to when open interest is stored or was asked for; None when none was."""
    found = connection.execute(
        "select min(instant), max(instant) from ("
        "select snapshot_at as instant from core.open_interest union all"
        " select snapshot_at from ops.runs where flow in ('nightly', 'snapshot')) as stored"
    ).fetchall()
    return None if found[0][0] is None else BuildWindow(*found[0])


def why_nothing(connection: duckdb.DuckDBPyConnection, as_of: datetime, *, full: bool) -> str:
    """Say why there was nothing to build up to an instant."""
    stored = stored_span(connection)
    if stored is None:
        return "no facts are stored"
    if stored.since > as_of:
        return (
            f"no facts are stored up to {as_of.isoformat()}, the first are of "
            f"{stored.since.isoformat()}"
        )
    if full:
        return "what is stored up to then was thinned out by `maintain`; its marts stay as they are"
    return "no fact changed since the last build; --full builds everything, as new settings need"
