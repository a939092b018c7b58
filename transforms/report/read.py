"""Read rows of queries into rows of a report, as the contract of a row says."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, get_args

from pydantic.fields import FieldInfo

from oirisk.schemas.report.parts import (
    Band,
    Figure,
    Part,
    Rows,
    Said,
    Source,
    Statement,
    Unit,
    Value,
)
from oirisk.transforms.report.facts import Facts, Record

P = TypeVar("P", bound=Part)
_UNITS: Mapping[str, Unit] = {
    "usd": "usd", "pct": "pct", "pp": "pp", "base": "base", "share": "share", "price": "price",
    "hours": "hours", "coverage": "share",
}  # fmt: skip
"""Units by the word of a column's name that says them; the first one found counts."""


def unit_of(name: str) -> Unit:
    """Return the unit that the name of a column carries.

    Raises:
        ValueError: It carries none.
    """
    parts = name.split("_")
    for word, unit in _UNITS.items():
        if word in parts:
            return unit
    raise ValueError(f"column {name} carries no unit in its name: state it in a Source")


def figure(value: float | None, unit: Unit, reason: Said = "") -> Figure:
    """Return a figure; the reason is used only when there is no value."""
    return Figure(value=value, unit=unit, reason="" if value is not None else reason)


def state(name: str, row: Record, *columns: str, **values: Value) -> Statement:
    """Make a statement from columns of a row, whose names carry their units, and other values."""
    read = {column: _stated(column, row[column]) for column in columns}
    return Statement(id=name, values={**read, **values})


def _stated(column: str, value: float | str | None) -> Figure | str:
    return value if isinstance(value, str) else figure(value, unit_of(column), "not known")


def read_row(
    kind: type[P], row: Record, absent: Mapping[str, Said] | None = None, **given: object
) -> P:
    """Read one row.

    Args:
        kind: Its contract; a field reads the column of its name, or that of its :class:`Source`.
        row: Of a query; a column ``missing_reason`` says why figures of it are absent.
        absent: Reasons for figures that are absent, by field; a figure that there is is kept.
        given: Fields that are not read.
    """
    fields = {
        name: _read(name, field, row, absent or {})
        for name, field in kind.model_fields.items()
        if name not in given
    }
    return kind(**fields, **given)


def read_rows(kind: type[P], rows: Sequence[Record]) -> tuple[P, ...]:
    """Read all rows."""
    return tuple(read_row(kind, row) for row in rows)


def read_fields(kind: type[Part], facts: Facts) -> dict[str, Any]:
    """Read those fields of a report that hold the rows of one query."""
    found: dict[str, Any] = {}
    for name, field in kind.model_fields.items():
        for rows in (part for part in field.metadata if isinstance(part, Rows)):
            row_kind = get_args(field.annotation)[0]
            found[name] = read_rows(row_kind, facts[rows.query][: rows.most])
    return found


def _read(name: str, field: FieldInfo, row: Record, absent: Mapping[str, Said]) -> object:
    source = next((part for part in field.metadata if isinstance(part, Source)), Source())
    kinds = {field.annotation, *get_args(field.annotation)}
    if Band in kinds:
        return band(row, *source.band)
    value = row[source.column or name]
    if value is not None and source.scale is not None:
        value *= source.scale
    if Figure in kinds:
        unit = source.unit or unit_of(source.column or name)
        reason = absent.get(name) or source.reason or row.get("missing_reason") or ""
        return figure(value, unit, reason)
    return "" if value is None and str in kinds else value


def band(row: Record, usd: str = "usd", low: str = "low", high: str = "high") -> Band:
    """Read an amount with its range, which holds it."""
    return Band(usd=row[usd], low=min(row[low], row[usd]), high=max(row[high], row[usd]))
