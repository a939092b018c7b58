"""What follows from the name of a venue in an imported file: whose order book it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

VENUE_DTYPES = {"venue": pl.String, "venue_problem": pl.String}


@dataclass(frozen=True)
class VenueNames:
    """Names of order books.

    Args:
        known: ccxt ids of venues that have figures here.
        elsewhere: Other names of such a book, with the id that it has here.
        lines: The one name of a line (linear, inverse or option) of an exchange that has several
            ids, by id and line.
    """

    known: frozenset[str] = frozenset()
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def unknown(self, venues: Iterable[str]) -> tuple[str, ...]:
        """Return the names that stand for no book that is known, sorted."""
        return tuple(sorted(set(venues) - self.known))


def venue_terms(venues: Iterable[str | None], names: VenueNames) -> pl.DataFrame:
    """Tell what is wrong with each name: one book under two names would count twice.

    Args:
        venues: Different names of venues.
        names: What the books are called.

    Returns:
        A frame with the columns of ``VENUE_DTYPES``, one row per name; ``venue_problem`` is
        ``check: reason`` where it is a known one in other letters, or another one of its book.
    """
    ids = {name.lower(): name for name in (*names.elsewhere, *names.known)}
    rows = [(venue, _problem(venue, ids, names)) for venue in venues if venue is not None]
    return pl.DataFrame(rows, schema=VENUE_DTYPES, orient="row")


def _problem(venue: str, ids: Mapping[str, str], names: VenueNames) -> str | None:
    meant = ids.get(venue.strip().lower(), venue)
    if meant in names.elsewhere:
        book = names.elsewhere[meant]
        return f"venue_named: {venue!r} is the order book of {book}: name it so, or it counts twice"
    if meant != venue:
        return f"venue_named: expected the ccxt id {meant}, saw {venue!r}"
    return None


def one_name(rows: pl.DataFrame, names: VenueNames) -> pl.DataFrame:
    """Name the order book of every row, whichever id of its exchange it stands under.

    Args:
        rows: With ``venue``, ``kind`` and ``margin``.
        names: What the books are called.
    """
    seen = set(rows["venue"].unique())
    line = pl.when(pl.col("kind") == "option").then(pl.lit("option")).otherwise("margin")
    named = pl.col("venue")
    for (other, of), name in names.lines.items():
        if other in seen and other != name:
            is_other = (pl.col("venue") == other) & (line == of)
            named = pl.when(is_other).then(pl.lit(name)).otherwise(named)
    return rows.with_columns(named.alias("venue"))
