"""What imported columns mean: forms, times, numbers, symbols and repeated keys."""

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from oirisk.flows.imports.keys import KeyLedger
from oirisk.schemas.errors import RecordingError
from oirisk.schemas.tables.imported import BARS_NEEDED, METRICS_COLUMNS, OPEN_INTEREST_NEEDED
from oirisk.transforms.imports.columns import instants, numbers
from oirisk.transforms.imports.kinds import recognise
from oirisk.transforms.imports.symbols import metrics_terms, symbol_terms

HALF_PAST_SIX = datetime(2026, 1, 1, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("columns", "form"),
    [
        (OPEN_INTEREST_NEEDED, "open_interest"),
        ((*OPEN_INTEREST_NEEDED, "funding_rate", "run_id"), "open_interest"),
        (BARS_NEEDED, "bars"),
        ((*BARS_NEEDED, "volume_usd"), "bars"),
        (METRICS_COLUMNS, "metrics"),
        (METRICS_COLUMNS[::-1], "metrics"),
    ],
)
def test_a_form_is_told_by_its_columns(columns: tuple[str, ...], form: str) -> None:
    assert recognise("x", columns).form == form


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (OPEN_INTEREST_NEEDED[1:], "saw venue, symbol"),
        ((*BARS_NEEDED, "colour"), "unknown columns colour"),
        ((*BARS_NEEDED, "open"), "columns open appear twice"),
        ((), "saw none"),
    ],
)
def test_other_columns_are_refused_with_what_was_seen(columns: tuple[str, ...], words: str) -> None:
    with pytest.raises(RecordingError, match=words):
        recognise("x", columns)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-01 06:30:00", "2026-01-01 06:30", "2026-01-01T06:30:00Z",
        "2026-01-01T06:30:00.000Z", "2026-01-01T06:30:00+00:00", "2026-01-01 06:30:00+00",
        "2026-01-01T08:00:00+01:30", "2026-01-01 01:30:00-0500", "1767249000000",
        " 2026-01-01 06:30:00 ",
    ],
)  # fmt: skip
def test_text_is_read_as_an_instant(text: str) -> None:
    assert instants(pl.Series([text])).to_list() == [HALF_PAST_SIX]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2026-13-01",
        "1767249000",
        "06:30",
        "2026-01-01 25:00",
        "2026-01-01T00:00:00+99:99",
    ],
)
def test_what_is_no_instant_becomes_null(text: str) -> None:
    assert instants(pl.Series([text])).to_list() == [None]


def test_typed_times_are_utc_in_microseconds() -> None:
    naive = pl.Series([datetime(2026, 1, 1, 6, 30)]).cast(pl.Datetime("ns"))  # noqa: DTZ001
    assert instants(naive).to_list() == [HALF_PAST_SIX]
    zoned = pl.Series([HALF_PAST_SIX]).dt.convert_time_zone("Asia/Kolkata")
    assert instants(zoned).to_list() == [HALF_PAST_SIX]
    assert instants(pl.Series([1767249000000])).to_list() == [HALF_PAST_SIX]
    assert instants(pl.Series([1767249000000.0])).to_list() == [HALF_PAST_SIX]
    assert instants(pl.Series([date(2026, 1, 1)])).to_list() == [datetime(2026, 1, 1, tzinfo=UTC)]
    assert instants(pl.Series([HALF_PAST_SIX])).dtype == pl.Datetime("us", "UTC")


def test_numbers_are_read_from_text() -> None:
    assert numbers(pl.Series(["1.5", " 2 ", "1e3", "x", None])).to_list() == [
        1.5, 2.0, 1000.0, None, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("symbol", "kind", "margin", "asset"),
    [
        ("BTC/USDT:USDT", "perp", "linear", "BTC"),
        ("BTC/USDC:USDC", "perp", "linear", "BTC"),
        ("BTC/USD:USDC", "perp", "linear", "BTC"),
        ("BTC/USD:BTC", "perp", "inverse", "BTC"),
        ("ETH/USD:BTC", "perp", "quanto", "ETH"),
        ("BTC/USD:BTC-260327", "future", "inverse", "BTC"),
        ("BTC/USD:BTC-260327-50000-C", "option", "inverse", "BTC"),
        ("BTC/USD:USDC-114000-P", "option", "linear", "BTC"),
        ("1000PEPE/USDT:USDT", "perp", "linear", "PEPE"),
        ("XBT/USD:XBT", "perp", "inverse", "BTC"),
    ],
)
def test_kind_margin_and_coin_follow_from_the_symbol(
    symbol: str, kind: str, margin: str, asset: str
) -> None:
    assert symbol_terms([symbol]).drop("symbol_ends").row(0) == (symbol, kind, margin, asset, None)


@pytest.mark.parametrize(
    "symbol", ["BTCUSDT", "BTC/USDT", "<b>/USDT:USDT", "BTC/USDT:USDT;drop", "BTC/USD:BTC-269999"]
)
def test_what_is_no_derivative_symbol_is_named(symbol: str) -> None:
    (problem,) = symbol_terms([symbol])["symbol_problem"]
    assert problem.startswith("valid_symbol: ")


@pytest.mark.parametrize(
    ("market_id", "symbol", "asset", "multiplier"),
    [
        ("BTCUSDT", "BTC/USDT:USDT", "BTC", 1.0),
        ("1000SHIBUSDT", "1000SHIB/USDT:USDT", "SHIB", 1000.0),
        ("ETHUSDC", "ETH/USDC:USDC", "ETH", 1.0),
        ("BTCUSDT_240628", "BTC/USDT:USDT-240628", "BTC", 1.0),
    ],
)
def test_binance_ids_become_ccxt_symbols(
    market_id: str, symbol: str, asset: str, multiplier: float
) -> None:
    assert metrics_terms([market_id]).drop("symbol_ends").row(0) == (
        market_id,
        symbol,
        asset,
        multiplier,
        None,
    )


@pytest.mark.parametrize("market_id", ["BTCUSD_PERP", "BTCUSD_240628", "BTC"])
def test_coin_margined_ids_are_refused(market_id: str) -> None:
    assert metrics_terms([market_id])["symbol_problem"][0].startswith("usdm_symbol: ")


@pytest.mark.parametrize("held_most", [100, 1])
def test_a_key_that_comes_twice_is_noticed_wherever_it_stands(
    tmp_path: Path, held_most: int
) -> None:
    rows = pl.DataFrame(
        {"snapshot_at": [HALF_PAST_SIX] * 2, "venue": ["a", "a"], "symbol": ["x", "y"]}
    )
    ledger = KeyLedger(tmp_path, held_most)
    ledger.add(rows)
    assert not ledger.has_repeats()
    ledger.add(rows)
    ledger.add(rows[1:])
    assert ledger.has_repeats()
    assert not ledger.has_repeats()
    assert list(tmp_path.iterdir()) == []
