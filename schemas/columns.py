"""How a stored table and its columns are described: key, type, unit, method, allowed values."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Annotated, Any

import pandera.polars as pa
import polars as pl
from pandera.api.dataframe.model_components import FieldInfo
from pandera.api.polars.types import PolarsData

UtcTimestamp = Annotated[pl.Datetime, "us", "UTC"]
UTC_MICROSECONDS = pl.Datetime("us", "UTC")
"""Type of every instant, in a contract and in a frame."""

Dtype = pl.DataType | type[pl.DataType]

UNITS: Mapping[str, str] = MappingProxyType(
    {
        "pct": "percent", "pp": "percentage points", "8h": "fraction per 8 hours", "usd": "USD",
        "base": "coin", "share": "fraction", "price": "USD per coin", "leverage": "ratio",
        "ratio": "ratio", "imbalance": "fraction", "percentile": "fraction", "weight": "fraction",
        "coverage": "fraction", "hours": "hours", "seconds": "seconds",
    }
)  # fmt: skip
"""Units of quantities by the word of a column's name that says them; the first one found counts."""

VENUE = "ccxt id of the exchange"
SYMBOL = "unified ccxt symbol"
COIN = "canonical base coin, BTC not XBT, PEPE not 1000PEPE"
ASSET = "canonical base coin, BTC not XBT"
SNAPSHOT = "scheduled instant of the run"
RUN = "run that stored it"
RECORDED = "when the row was stored"
SUPERSEDED = "when a correction replaced it; null while current"
SIMULATED = "whether it comes from the simulated exchanges"
ANY_SIMULATED = "whether any input comes from the simulated exchanges"
"""What columns say that stand in many tables."""

LOAD_COLUMNS = frozenset({"run_id", "recorded_at", "superseded_at"})
"""Columns of a fact that the load adds to what was observed."""


class Contract(pa.DataFrameModel):
    """Rows that are checked as they are: the unexpected is rejected, and nothing is repaired."""

    class Config:
        """Inherited by the contracts below."""

        strict = True
        coerce = False

    @classmethod
    def dtypes(cls, without: Iterable[str] = ()) -> dict[str, Dtype]:
        """Return the type of each column, in order, as a frame takes it."""
        left = set(without)
        columns = cls.to_schema().columns.items()
        return {str(name): one.dtype.type for name, one in columns if name not in left}


class Candidate(Contract):
    """A row before anyone believes it. Grain: one row per row received, in order.

    ``venue`` and ``symbol`` name it among rejected rows. ``problem`` is what kept it from being
    read or makes it one of several of its key, as ``check: reason``.
    """

    venue: str
    symbol: str = pa.Field(nullable=True)
    problem: str = pa.Field(nullable=True)

    @pa.check("problem", name="readable")
    def _readable(cls, data: PolarsData) -> pl.LazyFrame:  # noqa: N805 -- pandera's convention
        return data.lazyframe.select(pl.col(data.key).is_null())


class Table(Contract):
    """A stored table, declared once: database, comments, dictionary and frames follow from it.

    A column whose name or type says its unit needs none of its own, and one without a method goes
    by that of its table.
    """

    class Config(Contract.Config):
        """What a declaration says of the table."""

        name: str = ""
        unique: list[str] | None = None
        metadata: Mapping[str, str] = MappingProxyType({"method": ""})

    def __init_subclass__(
        cls, *, name: str = "", key: tuple[str, ...] = (), method: str = "", **others: object
    ) -> None:
        """Declare a table.

        Args:
            name: Schema and table; empty for columns that several tables share.
            key: What identifies a row.
            method: Identifier of the main method, ``M03`` …
            others: For pandera.
        """
        told = {"name": name, "unique": [*key] or None, "metadata": {"method": method}}
        cls.Config = type("Config", (cls.Config,), told)  # type: ignore[misc, assignment]
        super().__init_subclass__(**others)  # type: ignore[no-untyped-call]
        for column_name, kind in cls.__annotations__.items():
            field = cls.__dict__.get(column_name)
            if isinstance(field, FieldInfo) and (unit := _unit_of(column_name, kind)):
                field.metadata = {"unit": unit, **(field.metadata or {})}

    @classmethod
    def table(cls) -> str:
        """Return schema and table; empty for columns that several tables share."""
        return cls.Config.name

    @classmethod
    def main_method(cls) -> str:
        """Return the method that the table is made by or for; empty where it has none."""
        return cls.Config.metadata["method"]

    @classmethod
    def key(cls) -> tuple[str, ...]:
        """Return what identifies a fact, whenever it was recorded; its instant comes first."""
        return tuple(name for name in cls.Config.unique or () if name not in LOAD_COLUMNS)


def _unit_of(name: str, kind: Any) -> str:  # noqa: ANN401 -- an annotation
    """Return the unit that a column's type or name says; empty where neither does."""
    if kind is UtcTimestamp:
        return "UTC"
    if kind is pl.Int32:
        return "count"
    words = name.split("_") if kind is float else []
    return next((unit for word, unit in UNITS.items() if word in words), "")


def column(
    description: str,
    *,
    unit: str = "",
    method: str = "",
    nullable: bool = False,
    **checks: Any,  # noqa: ANN401 -- what pa.Field takes
) -> Any:  # noqa: ANN401 -- what pa.Field returns
    """Describe one column.

    Args:
        description: What it says, one sentence without full stop.
        unit: ``points``, ``days`` … where it has one that its name does not say.
        method: Identifier of the method it rests on, where that is not its table's.
        nullable: Whether it may be unknown; the description says when.
        checks: Bounds and allowed values, as ``pa.Field`` takes them.
    """
    metadata = {name: text for name, text in (("unit", unit), ("method", method)) if text}
    return pa.Field(description=description, metadata=metadata, nullable=nullable, **checks)


def amount(description: str, *, unit: str = "", method: str = "", nullable: bool = False) -> Any:  # noqa: ANN401
    """Describe a finite quantity that is never negative."""
    return column(description, unit=unit, method=method, nullable=nullable, ge=0, lt=float("inf"))


def finite(description: str, *, unit: str = "", method: str = "") -> Any:  # noqa: ANN401
    """Describe a finite quantity of either sign, null where it is not told."""
    bounds = {"gt": float("-inf"), "lt": float("inf")}
    return column(description, unit=unit, method=method, nullable=True, **bounds)


def fraction(description: str, *, method: str = "", nullable: bool = False) -> Any:  # noqa: ANN401
    """Describe a fraction from 0 to 1, with room for the last bit of a float."""
    return column(description, unit="fraction", method=method, nullable=nullable, ge=0, le=1 + 1e-9)


def percent(description: str, *, method: str = "") -> Any:  # noqa: ANN401
    """Describe a change in percent, null when it cannot be told."""
    return column(description, unit="percent", method=method, nullable=True)
