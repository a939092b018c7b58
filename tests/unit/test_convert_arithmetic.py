"""One figure to contracts, coins and USD: linear, inverse, quanto, options, atoms."""

from decimal import Decimal
from typing import Any

import pytest

from oirisk.schemas.instruments import Instrument
from oirisk.schemas.units import UnitRule
from oirisk.transforms.convert import Amount, convert, relative_gap
from tests.worked_examples import golden

D = Decimal


def _rule(unit: str, factor: str = "1", **more: Any) -> UnitRule:
    size = "contractSize" if unit == "contracts" else ""
    return UnitRule(
        id="somewhere.line.field", venue="somewhere", product="line", field="field", unit=unit,
        contract_size_source=size, counting_factor=factor, unit_evidence="official",
        unit_source="a document", counting_evidence="official", counting_source="a document",
        **more,
    )  # fmt: skip


def _instrument(margin: str, size: str | None = None, **more: Any) -> Instrument:
    unit = "usd" if margin == "inverse" and more.get("kind") != "option" else "base"
    known: dict[str, Any] = {
        "venue": "somewhere", "symbol": "A/B:C", "market_id": "AB", "product": "line",
        "asset": "A", "base_multiplier": D(1), "quote": "USD", "settle": "C", "kind": "perp",
        "margin": margin, "contract_size": None if size is None else D(size),
        "contract_size_unit": None if size is None else unit, "expiry": None, "strike": None,
        "option_type": None, "max_leverage": None, "listed_at": None, "is_active": True,
        "market": {},
    }  # fmt: skip
    return Instrument(**{**known, **more})


def test_linear_contracts_are_coins_by_size_and_usd_by_price() -> None:
    # 2,800,476.45 x 0.01 = 28,004.7645 BTC; x 84,300 = 2,360,801,647.35 USD.
    amount = convert(D("2800476.45"), _rule("contracts"), _instrument("linear", "0.01"), D(84300))
    assert amount == Amount(D("2800476.45"), D("28004.7645"), D("2360801647.35"))


def test_inverse_contracts_are_usd_without_a_price_and_coins_with_one() -> None:
    # 26,542,436 x 10 USD = 265,424,360 USD; / 2,500 = 106,169.744 ETH.
    instrument = _instrument("inverse", "10")
    assert convert(D(26542436), _rule("contracts"), instrument, D(2500)) == Amount(
        D(26542436), D("106169.744"), D(265424360)
    )
    assert convert(D(26542436), _rule("contracts"), instrument, None) == Amount(
        D(26542436), None, D(265424360)
    )


def test_quanto_contracts_need_the_price_of_the_coin_they_settle_in() -> None:
    # 100,000 x 1e-6 BTC x 3,000 x 60,000 = 18,000,000 USD, the delta of 6,000 ETH.
    instrument = _instrument("quanto", "0.000001")
    amount = convert(D(100_000), _rule("contracts"), instrument, D(3000), D(60_000))
    assert amount == Amount(D(100_000), D(6000), D(18_000_000))
    assert convert(D(100_000), _rule("contracts"), instrument, D(3000)) == Amount(
        D(100_000), None, None
    )


def test_options_are_units_of_the_underlying_at_its_price() -> None:
    # 300 contracts of 0.01 BTC, settled in BTC: 3 BTC x 27,000 = 81,000 USD.
    instrument = _instrument("inverse", "0.01", kind="option")
    amount = convert(D(300), _rule("contracts"), instrument, D(27_000))
    assert amount == Amount(D(300), D(3), D(81_000))


def test_both_sides_are_halved_before_anything_else() -> None:
    linear = _instrument("linear", "0.001")
    assert convert(D(78696), _rule("contracts", "0.5"), linear, None).base == D("39.348")
    assert convert(D(100), _rule("base", "0.5"), linear, D(7)) == Amount(None, D(50), D(350))
    assert convert(D(700), _rule("usd", "0.5"), linear, D(7)) == Amount(None, D(50), D(350))


def test_atoms_are_value_in_the_coin_of_settlement() -> None:
    # 9,749,585,615,324 at 1e-6 USDT = 9,749,585.615324 USDT; / 100 = 97,495.85615324 coins.
    micro = _rule("settle_atoms", atoms="1000000")
    linear = convert(D(9749585615324), micro, _instrument("linear"), D(100))
    assert linear == Amount(None, D("97495.85615324"), D("9749585.615324"))
    # 250,000,000 satoshi = 2.5 BTC; x 60,000 = 150,000 USD.
    satoshi = _rule("settle_atoms", atoms="100000000")
    inverse = convert(D(250_000_000), satoshi, _instrument("inverse"), D(60_000))
    assert inverse == Amount(None, D("2.5"), D(150_000))
    # Settled in a third coin: 2.5 BTC x 60,000 = 150,000 USD = 50 ETH at 3,000.
    quanto = convert(D(250_000_000), satoshi, _instrument("quanto"), D(3000), D(60_000))
    assert quanto == Amount(None, D(50), D(150_000))


def test_a_zero_is_worth_nothing_at_any_price_but_nothing_known_is_no_zero() -> None:
    linear = _instrument("linear", "0.01")
    assert convert(D(0), _rule("base"), linear, None) == Amount(None, D(0), D(0))
    assert convert(D(0), _rule("usd"), linear, None) == Amount(None, D(0), D(0))
    assert convert(D(5), _rule("base"), linear, None) == Amount(None, D(5), None)
    assert convert(D(5), _rule("usd"), linear, D(0)) == Amount(None, None, D(5))


def test_contracts_of_unknown_size_are_contracts_only() -> None:
    assert convert(D(5), _rule("contracts"), _instrument("linear"), D(7)) == Amount(
        D(5), None, None
    )


@pytest.mark.parametrize(
    ("one", "other", "gap"),
    [(D(98), D(100), D("0.02")), (D(0), D(0), D(0)), (None, D(1), None), (D("NaN"), D(1), None)],
)
def test_the_gap_of_two_routes_is_a_share_of_the_larger(
    one: Decimal | None, other: Decimal | None, gap: Decimal | None
) -> None:
    assert relative_gap(one, other) == gap


def test_the_worked_examples_of_notional_hold() -> None:
    examples = golden("M02_notional", number=D)
    okx, coin, both = (
        examples[name] for name in ("linear_okx", "inverse_binance", "bybit_inverse")
    )
    linear = convert(
        okx["contracts"], _rule("contracts"), _instrument("linear", str(okx["contract_size"])),
        okx["mark"],
    )  # fmt: skip
    assert (linear.base, linear.usd) == (okx["base"], okx["usd"])
    told = examples["okx_crosscheck"]
    assert linear.base == told["contracts_x_size"]
    assert linear.base is not None
    assert linear.base / told["oiCcy"] - 1 == pytest.approx(told["rel_gap"], rel=D("1e-9"))
    inverse = convert(
        D(coin["contracts"]), _rule("contracts"),
        _instrument("inverse", str(coin["contract_value_usd"])), coin["mark"],
    )  # fmt: skip
    assert (inverse.base, inverse.usd) == (coin["base"], coin["usd"])
    halved = convert(both["openInterest_both"], _rule("usd", "0.5"), _instrument("inverse"), None)
    assert halved.usd == pytest.approx(both["single"], abs=D(1))
    example = examples["quanto"]
    quanto = convert(
        D(example["contracts"]), _rule("contracts"), _instrument("quanto", str(example["mult"])),
        example["mark_eth"], example["settle_px_btc"],
    )  # fmt: skip
    assert quanto.usd == example["usd"]
    assert quanto.base == pytest.approx(example["eth_delta"], rel=D("1e-12"))
