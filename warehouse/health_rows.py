"""Do the rows of a warehouse fit together? One per key, facts for every run, totals for facts."""

import duckdb

from oirisk.schemas.tables.registry import TABLES
from oirisk.warehouse.findings import Finding, opened_read_only, read, rows_of, unread
from oirisk.warehouse.home import Home

REBUILD = "`oirisk restore FILE` takes a backup, `oirisk restore raw` makes it again from raw/"
_NAME_OF_KEYS = "one row per key"


def check_keys(home: Home) -> Finding:
    """Return whether any table has two rows, or two current ones, of one key."""
    if not home.warehouse.exists():
        return Finding(_NAME_OF_KEYS, "ok", "no run yet")
    try:
        with opened_read_only(home.warehouse) as connection:
            held = {
                f"{schema}.{table}"
                for schema, table in rows_of(
                    connection, "select schema_name, table_name from duckdb_tables()"
                )
            }
            found = {
                table: rows_of(connection, query)[0]
                for table, query in _queries().items()
                if table in held
            }
    except duckdb.Error as error:
        return unread(_NAME_OF_KEYS, error)
    return _judge_keys({table: row for table, row in found.items() if row[0]}, len(found))


def _judge_keys(doubled: dict[str, tuple[int, str]], tables: int) -> Finding:
    if not doubled:
        return Finding(_NAME_OF_KEYS, "ok", f"no key comes twice in {tables} tables")
    parts = [
        f"{keys} keys of {name} come twice, first {key}" for name, (keys, key) in doubled.items()
    ]
    made = all(name.startswith("marts.") for name in doubled)
    return Finding(
        _NAME_OF_KEYS, "fail", "; ".join(parts), "`oirisk build --full`" if made else REBUILD
    )


def _queries() -> dict[str, str]:
    """Return a query per table that counts the keys of several rows and shows one of them."""
    queries = {}
    for name, contract in TABLES.items():
        schema = contract.to_schema()
        key = [column for column in schema.unique or () if column != "recorded_at"]
        current = "superseded_at is null" if "superseded_at" in schema.columns else "true"
        if name == "core.instruments":
            key, current = ["venue", "symbol"], "valid_to is null"
        if key:
            columns = ", ".join(f'"{column}"' for column in key)
            shown = " || ' ' || ".join(f'"{column}"::varchar' for column in key)
            queries[name] = (
                f"select count(*), min({shown}) from (select {columns} from {name}"  # noqa: S608
                f" where {current} group by all having count(*) > 1) as doubled"
            )
    return queries


def check_facts(home: Home) -> Finding:
    """Return whether facts are left of every venue that a run accepted facts from."""
    name = "facts of every run"
    try:
        found = read(home.warehouse, "health/lost_facts.sql")
    except duckdb.Error as error:
        return unread(name, error)
    if not found:
        return Finding(name, "ok", "there")
    run, venue, at = found[0]
    detail = f"none are left of {len(found)} venues and runs, first {venue} in {run}"
    repair = f"`oirisk rederive --since {at:%Y-%m-%d}`; else restore a backup of warehouse.duckdb"
    return Finding(name, "fail", detail, repair)


def check_totals(home: Home) -> Finding:
    """Return whether every snapshot with facts has totals, and every total facts."""
    name = "totals of every snapshot"
    try:
        found = read(home.warehouse, "health/totals.sql")
    except duckdb.CatalogException:
        return Finding(name, "ok", "not checked; the warehouse is of an older version")
    except duckdb.Error as error:
        return unread(name, error)
    groundless = [at for at, is_built in found if is_built]
    if groundless:
        detail = f"{len(groundless)} snapshots have totals but no facts, first {groundless[0]}"
        repair = (
            f"`oirisk rederive --since {groundless[0]:%Y-%m-%d}` or import the history again, then "
            "`oirisk build --full`; else restore a backup of warehouse.duckdb"
        )
        return Finding(name, "fail", detail, repair)
    if found:
        detail = f"{len(found)} snapshots have facts but no totals, first {found[0][0]}"
        repair = "`oirisk build`; if that has nothing to do, `oirisk build --full`"
        return Finding(name, "warn", detail, repair)
    return Finding(name, "ok", "there")
