"""The tables of the warehouse as their contracts declare them, and the macros beside them."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import polars as pl

from oirisk.schemas.tables.registry import TABLES

SCHEMAS = ("ops", "core", "marts", "raw")

_TYPES = {
    pl.String(): "VARCHAR",
    pl.Float64(): "DOUBLE",
    pl.Int64(): "BIGINT",
    pl.Int32(): "INTEGER",
    pl.Boolean(): "BOOLEAN",
    pl.Date(): "DATE",
    pl.Datetime("us", "UTC"): "TIMESTAMP WITH TIME ZONE",
}
"""Type in the database by type in the contract."""


@dataclass(frozen=True)
class Column:
    """One column of a table, as the database says it."""

    type: str
    is_nullable: bool

    def declared(self, name: str) -> str:
        """Return the column as a table declares it."""
        return f'"{name}" {self.type}' + ("" if self.is_nullable else " not null")


@cache
def columns_of(table: str) -> dict[str, Column]:
    """Return the columns of a table by its contract, in their order."""
    columns = TABLES[table].to_schema().columns
    return {
        str(name): Column(_TYPES[column.dtype.type], column.nullable)
        for name, column in columns.items()
    }


def create_statement(table: str) -> str:
    """Return the statement that makes a table."""
    columns = ",\n    ".join(column.declared(name) for name, column in columns_of(table).items())
    return f"create table {table} (\n    {columns}\n)"


def macros() -> Iterator[str]:
    """Return the texts that make macros and views, in the order in which they read one another."""
    return _texts("macros")


def seeds() -> Iterator[str]:
    """Return the texts that fill tables whose rows come with the code."""
    return _texts("seeds")


def _texts(folder: str) -> Iterator[str]:
    entries = (files("oirisk.warehouse") / "sql" / folder).iterdir()
    for entry in sorted(entries, key=lambda one: one.name):
        yield entry.read_text(encoding="utf-8")


@cache
def fingerprint() -> str:
    """Return a hash over all of it: databases that carry it need nothing done."""
    parts = [*(create_statement(table) for table in TABLES), *macros(), *seeds()]
    return hashlib.sha256("\x1e".join(parts).encode()).hexdigest()
