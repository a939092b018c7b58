"""What rows and words of the CFTC's weekly report stand for, and which are refused."""

from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest

from oirisk.transforms.cftc import digital_assets
from oirisk.transforms.cftc_units import coin_of, contract_size, market_parts
from oirisk.transforms.imports.kinds import KINDS, judge
from oirisk.transforms.validate import ValidationResult
from tests.cftc_rows import BITCOIN, ETHER, EURO, MICRO_BITCOIN, Row

NOW = datetime(2026, 9, 19, tzinfo=UTC)


def judged(*rows: Row) -> ValidationResult:
    return judge(KINDS["cftc"], pl.DataFrame(rows), NOW)


def refusals(*rows: Row) -> list[tuple[str, str]]:
    refused = judged(*rows).rejected
    return list(refused.select("check_name", "reason").iter_rows())


@pytest.mark.parametrize(
    ("units", "contract", "coins"),
    [
        # in reports of 2024 to 2026
        ("(5 Bitcoins)", "BITCOIN", "5"),
        ("(Bitcoin X $0.10)", "MICRO BITCOIN", "0.10"),
        ("(50 Index Points)", "ETHER CASH SETTLED", "50"),
        ("(0.1 Index Points)", "MICRO ETHER", "0.1"),
        # other ways to say so
        ("(500 SOL)", "SOL", "500"),
        ("(Solana X $25)", "MICRO SOL", "25"),
        ("(CONTRACTS OF 50,000 XRP)", "XRP", "50000"),
        ("(CONTRACTS OF XRP 2,500)", "MICRO XRP", "2500"),
        ("(1/100 of a Bitcoin)", "Nano Bitcoin", "0.01"),
        ("(1/10th Ether)", "NANO ETHER PERP STYLE", "0.1"),
        ("(.01 BTC)", "NANO BITCOIN PERP STYLE", "0.01"),
        ("(5 Litecoins)", "LITECOIN CASH", "5"),
        ("(1 Bitcoin Cash)", "BITCOIN CASH PERP STYLE", "1"),
        ("(10,000,000 SHIB)", "1K SHIB PERP STYLE", "10000000"),
        ("(10,000 1K SHIB)", "1K SHIB PERP STYLE", "10000000"),
    ],
)
def test_the_size_of_a_contract_is_read_from_its_words(
    units: str, contract: str, coins: str
) -> None:
    assert contract_size(units, contract) == Decimal(coins)


@pytest.mark.parametrize(
    ("units", "contract"),
    [
        (None, "BITCOIN"),
        ("", "BITCOIN"),
        ("(0 Bitcoins)", "BITCOIN"),
        ("(one box)", "BITCOIN"),
        ("(5 Bitcoins or 25)", "BITCOIN"),
        ("(NASDAQ 100 INDEX X $20)", "BITCOIN"),
        ("(5 Bitcoins)", "BITCOIN CASH PERP STYLE"),
        ("(0.1 Ether)", "BITCOIN"),
        ("(10,000 Index Points)", "1K SHIB PERP STYLE"),
    ],
)
def test_words_that_name_no_size_or_another_coin_give_none(
    units: str | None, contract: str
) -> None:
    """Points of an index of 1K SHIB may be of one SHIB or of a thousand: nobody says which."""
    assert contract_size(units, contract) is None


@pytest.mark.parametrize(
    ("market", "contract", "exchange", "coin"),
    [
        ("BITCOIN - CHICAGO MERCANTILE EXCHANGE", "BITCOIN", "CME", "BTC"),
        ("MICRO ETHER  - CHICAGO MERCANTILE EXCHANGE", "MICRO ETHER", "CME", "ETH"),
        ("Nano Bitcoin  - LMX LABS LLC", "Nano Bitcoin", "Coinbase Derivatives", "BTC"),
        ("BITCOIN CASH PERP STYLE - COINBASE DERIVATIVES, LLC", "BITCOIN CASH PERP STYLE",
         "Coinbase Derivatives", "BCH"),
        ("CARDONA - COINBASE DERIVATIVES, LLC", "CARDONA", "Coinbase Derivatives", "ADA"),
        ("BITCOIN-USD - CBOE FUTURES EXCHANGE", "BITCOIN-USD", "CBOE FUTURES EXCHANGE", "BTC"),
        ("QUITE NEW PERP STYLE - COINBASE DERIVATIVES, LLC", "QUITE NEW PERP STYLE",
         "Coinbase Derivatives", "QUITE NEW"),
    ],
)  # fmt: skip
def test_a_market_is_a_contract_of_a_coin_on_an_exchange(
    market: str, contract: str, exchange: str, coin: str
) -> None:
    assert market_parts(market) == (contract, exchange)
    assert coin_of(contract) == coin


def test_rows_on_other_things_than_coins_are_told_apart_with_and_without_groups() -> None:
    nano = {**BITCOIN, "market_and_exchange_names": "HYPE PERP STYLE - COINBASE DERIVATIVES, LLC"}
    micro_xrp = {**BITCOIN, "market_and_exchange_names": "MICRO XRP - CHICAGO MERCANTILE EXCHANGE"}
    rows = [EURO, BITCOIN, {**nano, "cftc_subgroup_code": "F90"},
            {**micro_xrp, "cftc_subgroup_code": "F90"}]  # fmt: skip
    assert digital_assets(pl.DataFrame(rows)).to_list() == [False, True, True, True]
    grouped = [{**EURO, "commodity_subgroup_name": "CURRENCY"},
               {**EURO, "commodity_subgroup_name": "DIGITAL ASSET (NON-MAJOR)"}]  # fmt: skip
    assert digital_assets(pl.DataFrame(grouped)).to_list() == [False, True]


def test_a_row_is_read_whole() -> None:
    done = judged(BITCOIN)
    assert done.rejected.is_empty()
    (read,) = done.accepted.to_dicts()
    assert read["report_date"] == date(2026, 9, 15)
    assert (read["exchange"], read["asset"], read["contract_size"]) == ("CME", "BTC", 5.0)
    assert (read["leveraged_long"], read["leveraged_short"], read["leveraged_spreading"]) == (
        5545, 11899, 1841,
    )  # fmt: skip
    assert (read["traders_total"], read["traders_dealer_long"]) == (111, 12)
    assert read["traders_other_short"] is None, "fewer than four traders are not told"


@pytest.mark.parametrize(
    ("change", "check", "told"),
    [
        ({"futonly_or_combined": "Combined"}, "futures_only", "saw Combined"),
        ({"dealer_positions_long": "3168"}, "sums_to_open_interest", "saw 17354 and 20773"),
        ({"open_interest": "."}, "present", "oi_contracts: expected a value"),
        ({"open_interest": "20773.5"}, "present", "oi_contracts"),
        ({"lev_money_positions_short": "many"}, "present", "leveraged_short"),
        ({"report_date_as_yyyy_mm_dd": "2026-09-22"}, "not_from_the_future", "at most 2026-09-19"),
        ({"report_date_as_yyyy_mm_dd": "2026-13-45"}, "present", "report_date"),
        ({"market_and_exchange_names": "BITCOIN"}, "readable", "CONTRACT - EXCHANGE"),
        ({"cftc_contract_market_code": ""}, "present", "contract_code"),
    ],
)
def test_a_row_that_cannot_be_believed_is_refused_with_its_reason(
    change: Row, check: str, told: str
) -> None:
    ((seen, reason),) = refusals({**BITCOIN, **change})
    assert seen == check
    assert told in reason


def test_a_negative_count_is_refused() -> None:
    shifted = {**BITCOIN, "other_rept_positions_long": "-1", "nonrept_positions_long": "1144"}
    ((check, reason),) = refusals(shifted)
    assert check == "greater_than_or_equal_to"
    assert "other_long" in reason


def test_the_day_may_be_written_the_american_way() -> None:
    written = {**MICRO_BITCOIN, "report_date_as_yyyy_mm_dd": "09/15/2026 12:00:00 AM"}
    assert judged(written).accepted["report_date"].to_list() == [date(2026, 9, 15)]


def test_a_repeated_row_counts_once_and_contradicting_ones_not_at_all() -> None:
    other = {**ETHER, "traders_tot": "102"}
    rows = pl.DataFrame([BITCOIN, BITCOIN, ETHER, other])
    done = judge(KINDS["cftc"], rows, NOW, is_whole=True)
    assert done.accepted["contract_code"].to_list() == ["133741"]
    assert sorted(done.rejected["check_name"]) == ["contradicts_row"] * 2 + ["unique_row"]
