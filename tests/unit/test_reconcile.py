"""A vendor's table beside ours: every difference found in its part, sums exact (M44)."""

import csv
import gzip
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oirisk.transforms.reconcile import PARTS, Difference, reconcile, sides_by_venue, summed
from oirisk.transforms.vendor_tables import OwnRow, VendorRow, read_row, read_rows
from tests.worked_examples import golden

TABLES = sorted((Path(__file__).parents[3] / "shared" / "market").glob("vendor_*.csv.gz"))


def printed(exchange: str, contract: str, symbol: str, coins: str, usd: str) -> VendorRow:
    row = read_row(
        {
            "exchange_name": exchange, "instrument_id": contract, "symbol": symbol,
            "open_interest_quantity": coins, "open_interest_usd": usd,
        },
        {},
    )  # fmt: skip
    assert isinstance(row, VendorRow)
    return row


def ours(venue: str, coin: str, coins: str, usd: str, **more: Any) -> OwnRow:
    return OwnRow(
        **{
            "venue": venue, "symbol": f"{coin}/USDT:USDT", "market_id": f"{coin}USDT", "asset": coin,
            "quote": "USDT", "kind": "perp", "is_inverse": False, "contract_size": None,
            "coins": Decimal(coins), "usd": Decimal(usd), **more,
        }
    )  # fmt: skip


def parts(difference: Difference) -> dict[str, Decimal]:
    """The parts that are not nothing."""
    return {name: amount for name, amount in difference.parts.items() if amount}


def compared(table: list[VendorRow], own: list[OwnRow]) -> list[Difference]:
    found = reconcile(table, own, sides_by_venue([table]))
    for one in found:
        assert sum(one.parts.values()) == one.vendor_usd - one.ours_usd
    return found


def test_the_worked_example_is_all_sides() -> None:
    example = golden("M44_reconcile")
    price, coins = Decimal(str(example["price"])), Decimal(str(example["ours_base"]))
    table = [
        printed(
            "Hyperliquid", "BTC-USD", "BTC/USD", str(example["vendor_base"]),
            str(Decimal(str(example["vendor_base"])) * price),
        )
    ]  # fmt: skip
    own = ours("hyperliquid", "BTC", str(coins), str(coins * price), market_id="0", quote="USDC")
    (found,) = compared(table, [own])
    assert parts(found) == {"sides": Decimal(str(example["parts_usd"]["sides"]))}


def test_both_sides_of_one_contract_are_halved() -> None:
    (found,) = compared(
        [printed("Gate", "BTC_USDT", "BTC/USDT", "200", "20000000")],
        [ours("gate", "BTC", "100", "10000000")],
    )
    assert parts(found) == {"sides": Decimal(10_000_000)}


@pytest.mark.parametrize(
    ("coins", "usd", "unit"),
    [
        ("1000", "100000000", "90000000"),  # contracts of a tenth taken for coins
        ("0.1", "10000", "-9990000"),  # thousands taken for coins
        ("100", "100", "-9999900"),  # the value in coins taken for USD
        ("500", "50000000", "40000000"),  # contracts of five coins: their number is a fifth
    ],
)
def test_a_wrong_unit_is_told_by_the_factor(coins: str, usd: str, unit: str) -> None:
    size = Decimal(5) if coins == "500" else None
    (found,) = compared(
        [printed("OKX", "BTC-USDT-SWAP", "BTC/USDT", coins, usd)],
        [ours("okx", "BTC", "100", "10000000", contract_size=size)],
    )
    assert parts(found) == {"unit": Decimal(unit)}


def test_names_that_count_by_the_thousand_are_no_wrong_unit() -> None:
    (found,) = compared(
        [printed("Bybit", "1000PEPEUSDT", "1000PEPE/USDT", "5000", "50000")],
        [ours("bybit", "PEPE", "5000000", "50000", market_id="1000PEPEUSDT")],
    )
    assert parts(found) == {}


def test_a_contract_that_stands_there_twice_is_a_duplicate() -> None:
    row = printed("OKX", "BTC-USDT-SWAP", "BTC/USDT", "100", "10000000")
    first, second = compared(
        [row, row], [ours("okx", "BTC", "100", "10000000", market_id="BTC-USDT-SWAP")]
    )
    assert (parts(first), parts(second)) == ({}, {"duplicate": Decimal(10_000_000)})
    assert second.ours_usd == 0


def test_a_book_under_a_second_name_is_a_duplicate() -> None:
    rows = [("BTC", "1234.567", "123456700"), ("ETH", "98765.4", "296296200")]
    table = [
        printed(name, f"{coin}USDT", f"{coin}/USDT", coins, usd)
        for name in ("Binance Mirror", "Binance")
        for coin, coins, usd in rows
    ]
    own = [ours("binanceusdm", coin, coins, usd) for coin, coins, usd in rows]
    found = summed(compared(table, own))
    assert found.parts["duplicate"] == Decimal(123456700) + Decimal(296296200)
    assert sum(found.parts.values()) == found.parts["duplicate"]
    alone = summed(compared(table, []))
    assert alone.parts["duplicate"] == found.parts["duplicate"]


def test_what_only_one_of_the_two_has_is_coverage() -> None:
    theirs, mine = compared(
        [printed("MEXC", "XYZ_USDT", "XYZ/USDT", "70", "7000")],
        [ours("mexc", "ABC", "10", "900")],
    )
    assert (parts(theirs), parts(mine)) == (
        {"coverage": Decimal(7000)},
        {"coverage": Decimal(-900)},
    )
    assert (mine.contract, mine.exchange) == ("ABC/USDT:USDT", "")


def test_the_same_coins_at_another_price_differ_by_price() -> None:
    (found,) = compared(
        [printed("KuCoin", "XBTUSDTM", "BTC/USDT", "100", "10150000")],
        [ours("kucoinfutures", "BTC", "100", "10000000", market_id="XBTUSDTM")],
    )
    assert parts(found) == {"price": Decimal(150_000)}


def test_usd_contracts_are_worth_the_same_at_any_price() -> None:
    own = ours("bybit", "BTC", "10", "1000000", is_inverse=True, quote="USD", market_id="BTCUSD")
    (found,) = compared([printed("Bybit", "BTCUSD", "BTC/USD", "9.9", "1000000")], [own])
    assert parts(found) == {}


def test_our_own_figure_of_another_instant_is_time() -> None:
    own = ours("okx", "BTC", "100", "10000000", elsewhen=(Decimal(100), Decimal("93.5")))
    (found,) = compared([printed("OKX", "BTCUSDT", "BTC/USDT", "93.5", "9350000")], [own])
    assert parts(found) == {"time": Decimal(-650_000)}


def test_our_own_change_until_the_instant_of_the_table_is_time() -> None:
    own = ours("okx", "BTC", "100", "10000000", then=Decimal(104))
    (found,) = compared([printed("OKX", "BTCUSDT", "BTC/USDT", "105", "10500000")], [own])
    assert parts(found) == {"time": Decimal(400_000), "unexplained": Decimal(100_000)}


def test_what_nothing_explains_is_said() -> None:
    (found,) = compared(
        [printed("OKX", "BTCUSDT", "BTC/USDT", "117", "11700000")],
        [ours("okx", "BTC", "100", "10000000")],
    )
    assert parts(found) == {"unexplained": Decimal(1_700_000)}


def test_six_differences_planted_in_one_table_are_found_with_their_amounts() -> None:
    coins = [Decimal(1000 + 37 * place) for place in range(40)]
    own = [ours("okx", f"C{place}", str(one), str(one * 7)) for place, one in enumerate(coins)]
    own[5] = ours("okx", "C5", str(coins[5]), str(coins[5] * 7), elsewhen=(coins[5], Decimal(1111)))
    table = [
        printed("OKX", f"C{place}USDT", f"C{place}/USDT", str(one), str(one * 7))
        for place, one in enumerate(coins)
    ]

    def change(place: int, times: str, price: str = "7") -> Decimal:
        amount = coins[place] * Decimal(times)
        usd = amount * Decimal(price)
        table[place] = printed("OKX", f"C{place}USDT", f"C{place}/USDT", str(amount), str(usd))
        return usd - coins[place] * 7

    wanted = {
        "sides": change(1, "2"),
        "unit": change(2, "100"),
        "duplicate": coins[3] * 7,
        "price": change(4, "1", "7.1"),
        "time": (Decimal(1111) - coins[5]) * 7,
        "coverage": coins[6] * -7 + 5000,
        "unexplained": Decimal(0),
    }
    table[5] = printed("OKX", "C5USDT", "C5/USDT", "1111", "7777")
    table[6] = printed("OKX", "OTHERUSDT", "OTHER/USDT", "500", "5000")
    table.append(table[3])
    total = summed(compared(table, own))
    assert total.parts == wanted
    assert sum(total.parts.values()) == total.vendor_usd - total.ours_usd
    assert total.instruments == 41


amounts = st.integers(1, 10**18).map(lambda digits: Decimal(digits).scaleb(-6))


@settings(deadline=None)
@given(
    st.lists(st.tuples(amounts, amounts, amounts, amounts, st.booleans()), min_size=1, max_size=8)
)
def test_parts_sum_to_the_difference_exactly_whatever_the_figures(
    rows: list[tuple[Decimal, Decimal, Decimal, Decimal, bool]],
) -> None:
    table = [
        printed("OKX", f"C{place}USDT", f"C{place}/USDT", str(row[0]), str(row[1]))
        for place, row in enumerate(rows)
    ]
    own = [
        ours("okx", f"C{place}", str(row[2]), str(row[3]), is_inverse=row[4])
        for place, row in enumerate(rows)
    ]
    found = compared(table, own[1:])
    total = summed(found)
    assert sum(total.parts.values()) == total.vendor_usd - total.ours_usd
    assert total.vendor_usd == sum(row[1] for row in rows)
    assert tuple(total.parts) == PARTS


def test_rows_that_say_nothing_are_left_out_with_their_reason() -> None:
    rows, left_out = read_rows(
        [
            {"exchange_name": "OKX", "instrument_id": "A", "open_interest_usd": "x"},
            {"exchange_name": "OKX", "instrument_id": "B", "open_interest_quantity": "5"},
            {"exchange_name": "", "instrument_id": "C", "open_interest_usd": "5"},
            {"exchange_name": "OKX", "instrument_id": "D", "open_interest_usd": "5"},
        ],
        {},
    )
    assert [row.instrument_id for row in rows] == ["D"]
    assert left_out[0] == "OKX A: expected a number, saw 'x'"
    assert "expected open interest in USD, or coins and a price" in left_out[1]
    assert "expected exchange_name and instrument_id" in left_out[2]


def test_dated_contracts_are_never_taken_for_the_perpetual() -> None:
    own = [ours("okx", "BTC", "100", "10000000", market_id="BTC-USDT-SWAP")]
    (theirs, mine) = compared([printed("OKX", "BTC-USDT-261225", "BTC/USDT", "50", "5000000")], own)
    assert (parts(theirs), parts(mine)) == (
        {"coverage": Decimal(5_000_000)}, {"coverage": Decimal(-10_000_000)}
    )  # fmt: skip


@pytest.mark.skipif(not TABLES, reason="no vendor tables beside the project")
@pytest.mark.parametrize(
    "chosen", [TABLES[:1], TABLES[1:], TABLES], ids=["first", "second", "both"]
)
def test_a_vendors_table_shows_who_adds_up_both_sides(chosen: list[Path]) -> None:
    tables = []
    for path in chosen:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            rows, left_out = read_rows(csv.DictReader(file), {})
        assert (len(rows) > 6000, left_out) == (True, [])
        tables.append(rows)
    found = sides_by_venue(tables)
    both = {venue for venue, sides in found.items() if sides.verdict == "both"}
    assert both == {"gate", "hyperliquid", "bybit"}
    total = summed(reconcile(tables[-1], [], found))
    assert 0.15 < total.parts["sides"] / total.vendor_usd < 0.17
    assert sum(total.parts.values()) == total.vendor_usd
