"""Each folder of ``sql/`` is one case: ``<mart>__<case>/{<table>.csv, expect.csv}``.

Inputs name only the columns that matter to the case; the others get the plain values of
``DEFAULTS``. ``expect.csv`` holds every row of the mart in the window and the columns to compare;
an empty cell is null. ``build.csv``, where present, sets the window or the coverage rules.
"""

import csv
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from oirisk.schemas.tables.cftc import POSITIONS
from oirisk.schemas.tables.registry import TABLES
from oirisk.warehouse.marts import build_cftc
from oirisk.warehouse.migrate import migrate
from oirisk.warehouse.window import BuildWindow
from tests.models import CoverageParameters, build_marts

CASES = sorted(path.parent for path in Path(__file__).parent.glob("sql/*/expect.csv"))

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
    "ops.unit_rules": {
        "venue": "'venue'",
        "product": "'product'",
        "field": "'field'",
        "unit": "'base'",
        "counting_factor": "1",
        "unit_source": "'source'",
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
    connection.execute(f"insert into {table} by name select * from given_rows")  # noqa: S608


def _build(connection: duckdb.DuckDBPyConnection, case: Path) -> None:
    path = case / "build.csv"
    given = _rows(path)[0] if path.exists() else {}
    window = BuildWindow(
        datetime.fromisoformat(given.get("since", "2000-01-01T00:00:00+00:00")),
        datetime.fromisoformat(given.get("until", "2100-01-01T00:00:00+00:00")),
    )
    coverage = CoverageParameters(
        minimum=float(given.get("minimum", "0.9")),
        max_age_minutes=float(given.get("max_age_minutes", "30")),
        lookback_days=float(given.get("lookback_days", "7")),
    )
    build_marts(connection, window, coverage)
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


def test_there_are_cases() -> None:
    assert len(CASES) >= 20


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_a_sql_model_gives_the_figures_worked_out_by_hand(
    case: Path,
) -> None:
    mart = f"marts.{case.name.partition('__')[0]}"
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    migrate(connection, datetime(2026, 1, 1, tzinfo=UTC))
    for path in sorted(case.glob("*.*.csv")):
        _load(connection, path.stem, path)
    _build(connection, case)
    expected = _rows(case / "expect.csv")
    columns = list(expected[0])
    seen = connection.table(mart).project(", ".join(columns)).fetchall()
    shown = [dict(zip(columns, row, strict=True)) for row in seen]
    assert len(seen) == len(expected), shown
    for want, got in zip(expected, shown, strict=True):
        wrong = {
            name: (text, got[name]) for name, text in want.items() if not _close(text, got[name])
        }
        assert not wrong, f"{want} (wanted, got): {wrong}"
    TABLES[mart].validate(connection.table(mart).pl())
