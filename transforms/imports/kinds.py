"""The kinds of files that can be imported, each declared once: its columns, its rows, their place.

A new kind whose rows name venue, symbol and coin needs a declaration and nothing else.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import MappingProxyType

import polars as pl

from oirisk.schemas.columns import Candidate
from oirisk.schemas.errors import RecordingError
from oirisk.schemas.tables import cftc
from oirisk.schemas.tables.imported import (
    BARS_DTYPES,
    BARS_NEEDED,
    FILE_DAY,
    METRICS_COLUMNS,
    OPEN_INTEREST_CHECKED,
    OPEN_INTEREST_DTYPES,
    OPEN_INTEREST_IGNORED,
    OPEN_INTEREST_NEEDED,
    Form,
    ImportedBar,
    ImportedOpenInterest,
)
from oirisk.transforms.cftc import cftc_candidates, digital_assets
from oirisk.transforms.imports.rows import (
    complete_open_interest,
    metrics_candidates,
    read_rows,
    shares,
)
from oirisk.transforms.imports.venues import VenueNames
from oirisk.transforms.validate import ValidationResult, mark_repeats, validate

_SHOWN = 300
_ANY_VENUE = VenueNames()

Rows = Callable[[pl.DataFrame], pl.DataFrame]


def _as_accepted(rows: pl.DataFrame) -> pl.DataFrame:
    return rows


@dataclass(frozen=True)
class Kind:
    """One kind of file.

    Args:
        form: Its name.
        needed: Columns without which a file is none of this kind.
        read: Makes candidates of a batch as received, one a row, in order.
        contract: What a candidate must hold.
        key: What identifies a row; the instant that it speaks of first.
        tables: What its accepted rows are in each table of facts that they go to.
        known: All columns that a file may have; none: any.
        headless: Columns of a file that names none, in their order.
        told_by: Place of a column that is a number in the first line of such a file.
        sign: Columns by which a file is known to be meant as one; by default the needed ones.
        folded: How the name of a column is compared.
        either: Columns of which a file needs one.
        named: What a file of it is called where the needed columns are too many to list.
        expected: What it should be, where it is meant as one and lacks columns.
        is_ours: Which rows are of coins, where a file holds others.
        is_of_snapshots: Whether its rows are of the instants that totals are of.
        stamp: Column of times of a file that is of one day; empty: files are of any time.
        is_regular: Whether there is a row every five minutes, so that gaps can be told.
        is_straight: Whether it may be so long that it is first tried to be stored as it comes.
    """

    form: Form
    needed: tuple[str, ...]
    read: Callable[[pl.DataFrame, VenueNames, datetime], pl.DataFrame]
    contract: type[Candidate]
    key: tuple[str, ...]
    tables: Mapping[str, Rows]
    known: frozenset[str] = frozenset()
    headless: tuple[str, ...] = ()
    told_by: int = 0
    sign: tuple[str, ...] = ()
    folded: Callable[[str], str] = str
    either: tuple[str, ...] = ()
    named: str = ""
    expected: str = ""
    is_ours: Callable[[pl.DataFrame], pl.Series] | None = None
    is_of_snapshots: bool = True
    stamp: str = ""
    is_regular: bool = False
    is_straight: bool = False

    @property
    def at(self) -> str:
        """Column of the instant that a row speaks of."""
        return self.key[0]

    def problem(self, columns: Sequence[str]) -> str | None:
        """Say what is wrong with the columns of a file that is meant as one of this kind."""
        folded = [self.folded(column) for column in columns]
        missing = [column for column in self.needed if column not in folded]
        if self.either and not set(self.either).intersection(folded):
            missing.append(self.either[0])
        if missing:
            return f"{self.named or self.form} without {_shown(missing)}: {self.expected}"
        if twice := _twice(folded):
            return f"columns {_shown(twice)} appear twice, in two spellings"
        if self.known and (unknown := sorted(set(folded) - self.known)):
            return (
                f"unknown columns {_shown(unknown)}; a file of {self.form} may have "
                f"{', '.join(sorted(self.known))}: remove or rename the others"
            )
        return None

    def is_meant(self, columns: Sequence[str]) -> bool:
        """Return whether a file with such columns is meant as one of this kind."""
        return {self.folded(column) for column in columns}.issuperset(self.sign or self.needed)


_OPEN_INTEREST = Kind(
    form="open_interest",
    needed=OPEN_INTEREST_NEEDED,
    known=frozenset((*OPEN_INTEREST_DTYPES, *OPEN_INTEREST_IGNORED, *OPEN_INTEREST_CHECKED)),
    read=partial(
        read_rows, contract=ImportedOpenInterest, at="snapshot_at", complete=complete_open_interest
    ),
    contract=ImportedOpenInterest,
    key=("snapshot_at", "venue", "symbol"),
    tables={"core.open_interest": _as_accepted},
    is_straight=True,
)  # fmt: skip
_BARS = Kind(
    form="bars",
    needed=BARS_NEEDED,
    known=frozenset(BARS_DTYPES),
    read=partial(read_rows, contract=ImportedBar, at="bar_at"),
    contract=ImportedBar,
    key=("bar_at", "interval", "venue", "symbol"),
    tables={"core.bars": _as_accepted},
)
_METRICS = Kind(
    form="metrics",
    needed=METRICS_COLUMNS,
    known=frozenset(METRICS_COLUMNS),
    headless=METRICS_COLUMNS,
    read=metrics_candidates,
    contract=ImportedOpenInterest,
    key=("snapshot_at", "venue", "symbol"),
    tables={"core.open_interest": _as_accepted, "core.positioning": shares},
    stamp="create_time",
    is_regular=True,
)
_CFTC = Kind(
    form="cftc",
    needed=cftc.NEEDED,
    either=cftc.DATES,
    sign=cftc.NEEDED[:1],
    folded=cftc.plain_name,
    headless=cftc.HEADLESS,
    told_by=2,
    named="a report of the CFTC",
    expected="expected Traders in Financial Futures, futures only "
    "(publicreporting.cftc.gov/resource/gpe5-46if, or FinFutYY.txt of a year)",
    read=cftc_candidates,
    contract=cftc.ImportedCftc,
    key=cftc.CftcPositionsTable.key(),
    tables={"core.cftc_positions": _as_accepted},
    is_ours=digital_assets,
    is_of_snapshots=False,
)
KINDS: Mapping[Form, Kind] = MappingProxyType(
    {kind.form: kind for kind in (_OPEN_INTEREST, _BARS, _METRICS, _CFTC)}
)
"""Kinds by name, in the order in which a file is tried."""


def recognise(name: str, columns: Sequence[str]) -> Kind:
    """Return what a file holds by its column names.

    Args:
        name: The file, for the message.
        columns: Its column names.

    Raises:
        RecordingError: They are those of no kind.
    """
    if twice := _twice(columns):
        raise RecordingError(f"{name}: columns {_shown(twice)} appear twice")
    for kind in KINDS.values():
        if kind.is_meant(columns):
            if problem := kind.problem(columns):
                raise RecordingError(f"{name}: {problem}")
            return kind
    wanted = "; or ".join(
        f"those of {kind.named}" if kind.named else f"{', '.join(kind.needed)} ({kind.form})"
        for kind in KINDS.values()
    )
    raise RecordingError(
        f"{name}: expected at least the columns {wanted}; saw {_shown(columns) or 'none'}"
    )


def headless(fields: Sequence[str]) -> Kind | None:
    """Return what a file holds whose first line names no columns; None: it is none of these."""
    for kind in KINDS.values():
        if (
            kind.headless
            and len(fields) == len(kind.headless)
            and fields[kind.told_by][:1].isdigit()
        ):
            return kind
    return None


def judge(
    kind: Kind,
    frame: pl.DataFrame,
    now: datetime,
    names: VenueNames = _ANY_VENUE,
    *,
    is_whole: bool = False,
) -> ValidationResult:
    """Read and judge one batch.

    Args:
        kind: What the file holds.
        frame: Columns as received.
        now: Nothing may be later.
        names: What the order books are called; by default any name is one.
        is_whole: Whether the batch is all there is, so that repeated keys can be told.

    Raises:
        ContractViolationError: Our own reading broke the contract's shape.
    """
    candidates = kind.read(frame, names, now)
    if is_whole:
        candidates = mark_repeats(candidates, kind.key)
    return validate(kind.contract, candidates, frame.drop(FILE_DAY, strict=False))


def _twice(columns: Sequence[str]) -> list[str]:
    return sorted({column for column in columns if columns.count(column) > 1})


def _shown(columns: Sequence[str]) -> str:
    """Name columns in a line that a terminal can show, whatever the file is."""
    text = ", ".join(column or "''" for column in columns)
    plain = "".join(char if char.isprintable() else "?" for char in text[:_SHOWN])
    return plain + ("…" if len(text) > _SHOWN else "")
