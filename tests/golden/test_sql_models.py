"""Each folder of ``sql/`` is one case: ``<mart>__<case>/{<table>.csv, expect.csv}``.

Inputs name only the columns that matter to the case; the others get the plain values of
``DEFAULTS``; a mart among the inputs replaces what it holds. ``expect.csv`` holds every row of the
mart and the columns to compare; an empty cell is null. ``build.csv``, where present, sets the
window (``since``, ``until``), settings by their dotted names, the instants whose liquidation maps
are built (``maps``), and which rows are compared (``only``, a condition).
"""

import csv
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from oirisk.flows.marts import build_positions, values_of
from oirisk.flows.settings.model import Settings
from oirisk.schemas.tables.cftc import POSITIONS
from oirisk.schemas.tables.registry import TABLES
from oirisk.warehouse.build import build
from oirisk.warehouse.marts import AUDIT, OBSERVED, OPTIONS, REPORTS, TOTALS, build_cftc
from oirisk.warehouse.window import BuildWindow
from tests.models import marts_under

CASES = sorted(path.parent for path in Path(__file__).parent.glob("sql/*/expect.csv"))

WITHOUT_CASE = {"marts.leverage_calibration", "marts.convention_nights", "marts.conventions"}
"""Marts that have no case yet: this may only become shorter."""

DEFAULTS = {
    "core.open_interest": {
        "observed_at": "snapshot_at",
        "recorded_at": "snapshot_at",
        "run_id": "'run'",
        "symbol": "venue || ':' || kind || ':' || margin",
        "asset": "'BTC'",
        "kind": "'perp'",
        "margin": "'linear'",
        "unit_rule": "'rule'",
        "counting_factor": "1",
        "source": "'live'",
        "quality": "'ok'",
        "is_simulated": "false",
    },
    "core.bars": {
        "symbol": "asset || '/USDT:USDT'",
        "open": "close",
        "high": "close",
        "low": "close",
    },
    "core.cftc_positions": {
        "report_date": "'2026-09-15'",
        "exchange": "'CME'",
        "contract": "asset",
        "run_id": "'run'",
        "recorded_at": "'2026-09-18 20:00:00+00'",
        **dict.fromkeys(POSITIONS.values(), "0"),
    },
    "core.depth": {
        "symbol": "venue || ':perp:linear'",
        "asset": "'BTC'",
        "base": "cast(usd as double) / 100",
        "truncated": "false",
        "is_simulated": "false",
        "run_id": "'run'",
        "recorded_at": "snapshot_at",
    },
    "core.events": {},
    "core.liquidations": {
        "symbol": "venue || ':perp:linear'",
        "asset": "'BTC'",
        "usd": "cast(price as double) * cast(base as double)",
        "coverage": "'lower_bound'",
        "event_id": "venue || side || price",
        "span_seconds": "0",
        "source": "'live'",
        "is_simulated": "false",
        "run_id": "'run'",
        "recorded_at": '"at"',
    },
    "core.observed_positions": {
        "symbol": "venue || ':perp:linear'",
        "asset": "'BTC'",
        "is_simulated": "false",
        "run_id": "'run'",
        "recorded_at": "snapshot_at",
    },
    "core.options": {
        "observed_at": "snapshot_at",
        "asset": "'BTC'",
        "expiry": "'2026-04-24 08:00:00+00'",
        "strike": "100",
        "option_type": "'call'",
        "is_simulated": "false",
        "run_id": "'run'",
        "recorded_at": "snapshot_at",
    },
    "core.instruments": {
        "symbol": "venue || ':' || kind || ':' || margin",
        "market_id": "symbol",
        "product": "'product'",
        "asset": "'BTC'",
        "base_multiplier": "1",
        "quote": "'USDT'",
        "settle": "'USDT'",
        "kind": "'perp'",
        "margin": "'linear'",
        "is_active": "true",
        "valid_from": "'2026-01-01 00:00:00+00'",
    },
    "ops.runs": {
        "flow": "'nightly'",
        "started_at": "snapshot_at",
        "state": "'completed'",
        "version": "'0'",
        "source": "'live'",
        "is_simulated": "false",
    },
    "ops.coverage": {
        "instruments_expected": "0",
        "received": "0",
        "accepted": "0",
        "rejected": "0",
        "requests": "0",
        "seconds": "0",
    },
    "ops.rejects": {
        "reason": "'reason'",
        "record": "'{}'",
        "recorded_at": "'2026-03-01 00:00:00+00'",
    },
    "marts.clusters": {},
    "marts.leverage_priors": {},
    "ops.unit_rules": {
        "venue": "'venue'",
        "product": "'product'",
        "field": "'field'",
        "unit": "'base'",
        "counting_factor": "1",
        "unit_evidence": "'official'",
        "unit_source": "'source'",
        "counting_evidence": "'official'",
        "counting_source": "'source'",
    },
}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _load(connection: duckdb.DuckDBPyConnection, table: str, path: Path) -> None:
    present = list(_rows(path)[0])
    defaults = {k: v for k, v in DEFAULTS[table].items() if k not in present}
    # Defaults may build on one another, in order: one projection each.
    rows = connection.sql(
        "select * from read_csv($path, all_varchar = true, nullstr = '')",
        params={"path": str(path)},
    )
    for name in sorted(defaults, key=lambda name: name in {"symbol", "market_id"}):
        rows = rows.project(f"*, {defaults[name]} as {name}")
    connection.register("given_rows", rows.to_arrow_table())
    if table.startswith("marts."):
        connection.execute(f"delete from {table}")  # noqa: S608 -- a table of the registry
    connection.execute(f"insert into {table} by name select * from given_rows")  # noqa: S608


def _settings(given: dict[str, str]) -> Settings:
    sections: dict[str, dict[str, str]] = {}
    for name, value in given.items():
        section, dot, key = name.partition(".")
        if dot:
            sections.setdefault(section, {})[key] = value
    return Settings.model_validate(sections)


def _build(connection: duckdb.DuckDBPyConnection, mart: str, given: dict[str, str]) -> None:
    """Build the maps that are asked for, then the mart and those that it is made of."""
    window = BuildWindow(
        datetime.fromisoformat(given.get("since", "2000-01-01T00:00:00+00:00")),
        datetime.fromisoformat(given.get("until", "2100-01-01T00:00:00+00:00")),
    )
    settings = _settings(given)
    for instant in given.get("maps", "").split():
        build_positions(connection, datetime.fromisoformat(instant), settings)
    for family in (TOTALS, OPTIONS, AUDIT, OBSERVED):
        build(connection, marts_under(mart, family), window, values_of(settings))
    if marts_under(mart, REPORTS):
        build_cftc(connection, window)


def _close(expected: str, value: object) -> bool:
    if value is None or expected == "":
        return value is None and expected == ""
    if isinstance(value, bool):
        return expected == str(value).lower()
    if isinstance(value, float | int):
        return value == pytest.approx(float(expected), rel=1e-9, abs=1e-9)
    if isinstance(value, datetime):
        return datetime.fromisoformat(expected) == value.astimezone(UTC)
    return expected == str(value)


def test_every_mart_has_a_case_but_those_that_are_named() -> None:
    with_case = {f"marts.{case.name.partition('__')[0]}" for case in CASES}
    marts = {table for table in TABLES if table.startswith("marts.")}
    assert marts - with_case == WITHOUT_CASE


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_a_sql_model_gives_the_figures_worked_out_by_hand(
    warehouse: duckdb.DuckDBPyConnection, case: Path
) -> None:
    mart = f"marts.{case.name.partition('__')[0]}"
    for path in sorted(case.glob("*.*.csv")):
        _load(warehouse, path.stem, path)
    given = _rows(case / "build.csv")[0] if (case / "build.csv").exists() else {}
    _build(warehouse, mart, given)
    expected = _rows(case / "expect.csv")
    columns = list(expected[0])
    compared = warehouse.table(mart).filter(given.get("only", "true"))
    seen = compared.project(", ".join(f'"{name}"' for name in columns)).fetchall()
    shown = [dict(zip(columns, row, strict=True)) for row in seen]
    assert len(seen) == len(expected), shown
    for want, got in zip(expected, shown, strict=True):
        wrong = {
            name: (text, got[name]) for name, text in want.items() if not _close(text, got[name])
        }
        assert not wrong, f"{want} (wanted, got): {wrong}"
    TABLES[mart].validate(warehouse.table(mart).pl())
