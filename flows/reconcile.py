"""Hold vendor tables against a home: read both, judge sides, take every difference apart."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
from polars.exceptions import PolarsError

from oirisk.flows.imports.files import find_files
from oirisk.flows.settings.sections import ReconcileSettings
from oirisk.schemas.errors import RecordingError
from oirisk.transforms.numbers import number
from oirisk.transforms.reconcile import Difference, Sides, reconcile, sides_by_venue
from oirisk.transforms.vendor_tables import COLUMNS, OwnRow, VendorRow, read_rows
from oirisk.warehouse.home import Home
from oirisk.warehouse.published import query, reading
from oirisk.warehouse.sql_files import statement

_DAY = re.compile(r"(?<!\d)(20\d{2}-[01]\d-[0-3]\d)(?:T([0-2]\d)[:.-]?([0-5]\d))?(?!\d)")
_OPTIONAL = frozenset({"symbol", "current_price", "open_interest_quantity", "open_interest_usd"})


@dataclass(frozen=True)
class Reconciled:
    """The result for one table.

    Args:
        as_of: Its instant; None where neither it nor a home says.
        differences: One a contract.
        sides: What the figures of each venue say of its sides, from all tables together.
        left_out: Why rows of the table could not be used.
    """

    as_of: datetime | None
    differences: list[Difference]
    sides: Mapping[str, Sides]
    left_out: list[str]


def reconcile_files(
    home: Home, patterns: Sequence[str], as_of: datetime | None, settings: ReconcileSettings
) -> list[Reconciled]:
    """Reconcile tables with a home, those of one instant together.

    A table is of the instant asked for, else of the day in its name, else of our newest snapshot.
    A home that is not there, or holds nothing of that instant, leaves sides alone to tell.

    Args:
        home: The home folder.
        patterns: Files or glob patterns: CSV, also in gzip, or Parquet.
        as_of: The instant of all of them; None: as their names say.
        settings: What columns and exchanges are called.

    Returns:
        One result an instant, oldest first.

    Raises:
        RecordingError: A file cannot be read, or lacks a column.
    """
    tables: dict[datetime | None, tuple[list[VendorRow], list[str]]] = {}
    for path in find_files(patterns):
        rows, left_out = read_rows(_cells(path, settings), settings.exchanges)
        known = tables.setdefault(as_of or _day_of(path), ([], []))
        known[0].extend(rows)
        known[1].extend(left_out)
    ordered = sorted(tables, key=lambda at: at or datetime.max.replace(tzinfo=UTC))
    sides = sides_by_venue([tables[at][0] for at in ordered])
    found = []
    for at in ordered:
        seen_at, own = _own(home, at)
        rows, left_out = tables[at]
        found.append(Reconciled(seen_at, reconcile(rows, own, sides), sides, left_out))
    return found


def _day_of(path: Path) -> datetime | None:
    """Return the day, or the minute, that a file is named after."""
    found = _DAY.search(path.name)
    if found is None:
        return None
    day, hour, minute = found.groups()
    try:
        return datetime.fromisoformat(f"{day}T{hour or '00'}:{minute or '00'}+00:00")
    except ValueError:
        return None


def _cells(path: Path, settings: ReconcileSettings) -> list[dict[str, Any]]:
    """Read a table as text under the names of ``COLUMNS``."""
    try:
        if path.suffix == ".parquet":
            frame = pl.read_parquet(path).cast(pl.String)
        else:
            frame = pl.read_csv(path, infer_schema=False)
    except (PolarsError, OSError) as error:
        raise RecordingError(f"cannot read {path} as Parquet or CSV: {error}") from error
    names = {name: settings.columns.get(name, name) for name in COLUMNS}
    absent = [name for name in COLUMNS if names[name] not in frame.columns]
    missing = [name for name in absent if name not in _OPTIONAL]
    priced = {"current_price", "open_interest_quantity"} - set(absent)
    if missing or ("open_interest_usd" in absent and len(priced) < 2):  # noqa: PLR2004
        raise RecordingError(
            f"{path}: expected the columns {', '.join(COLUMNS)}, missing: {', '.join(absent)}; "
            "[reconcile] columns in oirisk.toml says what a table calls them"
        )
    present = [pl.col(names[name]).alias(name) for name in COLUMNS if name not in absent]
    return frame.select(present).to_dicts()


def _own(home: Home, as_of: datetime | None) -> tuple[datetime | None, list[OwnRow]]:
    """Read our figures at an instant, the newest if none is named; nothing without a home."""
    if not home.published.is_file():
        return as_of, []
    with reading(home) as connection:
        found = query(connection, statement("reconcile/own_figures.sql"), {"as_of": as_of})
    rows = found.to_dicts()
    return (as_of or rows[0]["as_of"] if rows else as_of), [_own_row(row) for row in rows]


def _own_row(row: Mapping[str, Any]) -> OwnRow:
    scale = Decimal(1) if row["is_inverse"] else _exact(row["multiplier"])
    return OwnRow(
        venue=row["venue"],
        symbol=row["symbol"],
        market_id=row["market_id"],
        asset=row["asset"],
        quote=row["quote"],
        kind=row["kind"],
        is_inverse=row["is_inverse"],
        contract_size=number(row["contract_size"]),
        coins=_exact(row["oi_base"]) / _exact(row["multiplier"]),
        usd=_exact(row["oi_usd"]),
        elsewhen=tuple(_exact(held) / scale for held in row["elsewhen"]),
        then=_then(row, scale),
    )


def _then(row: Mapping[str, Any], scale: Decimal) -> Decimal | None:
    """Return the figure at the instant itself, on the line between those around it."""
    before_at, after_at = row["before_at"], row["after_at"]
    if before_at is None or after_at is None or before_at == after_at:
        return None
    before, after = _exact(row["held_before"]) / scale, _exact(row["held_after"]) / scale
    passed = _exact((row["as_of"] - before_at) / (after_at - before_at))
    return before + (after - before) * passed


def _exact(value: float) -> Decimal:
    """Return the decimal number that a float stands for."""
    return Decimal(repr(value))
