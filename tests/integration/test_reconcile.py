"""``reconcile``: a table beside a real home, without one, and what cannot be read."""

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from oirisk.flows.cli.reconcile import reconcile
from oirisk.flows.imports.load import import_files
from oirisk.schemas.errors import ConfigurationError, RecordingError
from oirisk.warehouse.home import Home

pytestmark = pytest.mark.integration

AT = datetime(2026, 9, 3, tzinfo=UTC)
COINS = tuple(f"C{place}" for place in range(30))
PRICE = Decimal("3.5")


def coins_of(place: int, hours: int = 0) -> Decimal:
    """What we hold on record, odd and even, at hours before the instant."""
    return Decimal(10_000 + 131 * place + (17 * place * (hours + 1)) % 23)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    rows = [
        {
            "snapshot_at": AT - timedelta(hours=hours), "venue": "okx",
            "symbol": f"{coin}/USDT:USDT", "asset": coin, "oi_base": float(coins_of(place, hours)),
            "mark_price": float(PRICE),
        }
        for hours in (0, 1)
        for place, coin in enumerate(COINS)
    ]  # fmt: skip
    pl.DataFrame(rows).write_parquet(tmp_path / "ours.parquet")
    import_files(Home(tmp_path / "home"), [str(tmp_path / "ours.parquet")], AT + timedelta(days=1))
    return tmp_path / "home"


def printed(place: int, coins: Decimal, **more: str) -> dict[str, str]:
    coin = COINS[place]
    return {
        "exchange_name": "OKX", "instrument_id": f"{coin}-USDT-SWAP", "symbol": f"{coin}/USDT",
        "current_price": str(PRICE), "open_interest_quantity": str(coins),
        "open_interest_usd": str(coins * PRICE), **more,
    }  # fmt: skip


def write(path: Path, rows: Sequence[Mapping[str, str]]) -> str:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return str(path)


def told(capsys: Any, home: Path, *files: str, as_of: str = "") -> dict[str, Any]:
    capsys.readouterr()
    reconcile(home, files, as_of, None, as_json=True)
    document: dict[str, Any] = json.loads(capsys.readouterr().out, parse_float=Decimal)
    for entry in (*document["venues"], document["total"]):
        assert sum(entry["parts"].values()) == entry["vendor_usd"] - entry["ours_usd"]
    return document


def test_planted_differences_are_found_with_their_amounts(
    home: Path, tmp_path: Path, capsys: Any
) -> None:
    rows = [printed(place, coins_of(place)) for place in range(len(COINS))]
    rows[0] = printed(0, 2 * coins_of(0))
    rows[1] = printed(1, 10 * coins_of(1))
    rows[2] = printed(2, coins_of(2), open_interest_usd=str(coins_of(2) * Decimal("3.6")))
    rows[3] = printed(3, coins_of(3, hours=1))
    rows[4] = printed(4, coins_of(4), instrument_id="NEW-USDT-SWAP", symbol="NEW/USDT")
    rows.append(rows[5])
    document = told(capsys, home, write(tmp_path / "vendor_2026-09-03.csv", rows))
    assert document["as_of"] == "2026-09-03T00:00:00+00:00"
    assert document["total"]["parts"] == {
        "sides": coins_of(0) * PRICE,
        "unit": 9 * coins_of(1) * PRICE,
        "duplicate": coins_of(5) * PRICE,
        "coverage": 0,  # theirs and ours of the contract that has two names cancel
        "price": coins_of(2) * Decimal("0.1"),
        "time": (coins_of(3, hours=1) - coins_of(3)) * PRICE,
        "unexplained": 0,
    }
    (okx,) = document["venues"]
    assert (okx["venue"], okx["exchanges"], okx["instruments"]) == ("okx", ["OKX"], 31)


def test_a_table_of_an_instant_between_two_of_ours_differs_by_our_own_change(
    home: Path, tmp_path: Path, capsys: Any
) -> None:
    half = [printed(place, coins_of(place) + Decimal("0.25")) for place in range(len(COINS))]
    path = write(tmp_path / "table.csv", half)
    document = told(capsys, home, path, as_of="2026-09-02T23:30:00Z")
    ours_at = sum(coins_of(place, hours=1) for place in range(30))  # of two as near the earlier
    assert document["total"]["ours_usd"] == ours_at * PRICE
    change = sum(coins_of(place) - coins_of(place, hours=1) for place in range(30)) * PRICE / 2
    assert document["total"]["parts"]["time"] == change


def test_without_a_home_the_table_alone_tells_sides(tmp_path: Path, capsys: Any) -> None:
    rows = [printed(place, 2 * coins_of(place)) for place in range(len(COINS))]
    rows += [
        printed(place, coins_of(place), exchange_name="MEXC", instrument_id=f"{coin}_USDT")
        for place, coin in enumerate(COINS)
    ]
    second = [
        {
            **row,
            "open_interest_quantity": str(Decimal(row["open_interest_quantity"]) + 2 * (place % 7)),
        }
        for place, row in enumerate(rows)
    ]
    first = write(tmp_path / "v_2026-09-03.csv", rows)
    document = told(
        capsys, tmp_path / "nowhere", first, write(tmp_path / "v_2026-09-04.csv", second)
    )
    verdicts = {entry["venue"]: entry["sides_verdict"] for entry in document["venues"]}
    assert (verdicts["okx"], verdicts["mexc"] == "both") == ("both", False)
    (earlier,) = document["earlier"]
    assert (earlier["as_of"], document["as_of"][:10]) == ("2026-09-03T00:00:00+00:00", "2026-09-04")
    total = sum(coins_of(place) for place in range(30)) * PRICE
    assert earlier["total"]["parts"]["sides"] == total
    assert earlier["total"]["parts"]["coverage"] == 2 * total
    assert earlier["total"]["ours_usd"] == 0


def test_people_read_a_table_and_every_contract_goes_to_a_file(
    home: Path, tmp_path: Path, capsys: Any
) -> None:
    rows = [printed(0, 2 * coins_of(0)), {**printed(1, coins_of(1)), "open_interest_usd": "-1"}]
    path, output = write(tmp_path / "table.csv", rows), tmp_path / "parts.csv"
    assert reconcile(home, [path], "2026-09-03", output, as_json=False) == 1
    shown = capsys.readouterr().out
    assert "of the printed total is counted twice" in shown
    assert "left out: OKX C1-USDT-SWAP" in shown
    with output.open(encoding="utf-8") as file:
        first = next(csv.DictReader(file))
    assert (first["contract"], Decimal(first["sides"])) == ("C0-USDT-SWAP", coins_of(0) * PRICE)


def test_other_names_of_columns_and_exchanges_are_settings(
    home: Path, tmp_path: Path, capsys: Any
) -> None:
    (home / "oirisk.toml").write_text(
        '[reconcile]\ncolumns = { exchange_name = "at", open_interest_usd = "oi" }\n'
        'exchanges = { "The O" = "okx" }\n'
    )
    row = {
        "at": "The O",
        "instrument_id": "C0-USDT",
        "symbol": "C0/USDT",
        "oi": str(coins_of(0) * 7),
    }
    pl.DataFrame([row]).write_parquet(tmp_path / "table.parquet")
    document = told(capsys, home, str(tmp_path / "table.parquet"), as_of="2026-09-03")
    assert document["venues"][0]["parts"]["sides"] == coins_of(0) * PRICE


def test_a_table_that_lacks_a_column_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "table.csv", [{"exchange_name": "OKX", "open_interest_usd": "5"}])
    with pytest.raises(RecordingError, match=r"missing: instrument_id.*\[reconcile\] columns"):
        reconcile(tmp_path, [path], "", None, as_json=True)
    path = write(
        tmp_path / "table.csv", [{"exchange_name": "OKX", "instrument_id": "A", "symbol": "A"}]
    )
    with pytest.raises(RecordingError, match="open_interest_usd"):
        reconcile(tmp_path, [path], "", None, as_json=True)
    (tmp_path / "oirisk.toml").write_text('[reconcile]\ncolumns = { volume = "v" }\n')
    with pytest.raises(ConfigurationError, match="saw volume"):
        reconcile(tmp_path, [path], "", None, as_json=True)
