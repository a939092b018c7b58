"""Facts beside open interest: tiers by family, one row per size, and what cannot be true."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import ccxt.async_support as ccxt
import pytest

from oirisk.flows.enrichment import chosen_instruments
from oirisk.flows.exchanges.gate import history as gate
from oirisk.flows.exchanges.htx import history as htx
from oirisk.flows.exchanges.okx import history as okx
from oirisk.flows.exchanges.registry import all_venues
from oirisk.flows.exchanges.terms import TERMS
from oirisk.schemas.history import SupplementaryData, Tier, Window
from oirisk.schemas.instruments import Instrument
from oirisk.transforms.decode import decode
from oirisk.transforms.history import tier_frame
from oirisk.transforms.validate import validate_facts

AT = datetime(2026, 11, 21, tzinfo=UTC)
SWAP = Instrument(
    venue="okx", symbol="BTC/USDT:USDT", market_id="BTC-USDT-SWAP", product="swap", asset="BTC",
    base_multiplier=Decimal(1), quote="USDT", settle="USDT", kind="perp", margin="linear",
    contract_size=Decimal("0.01"), contract_size_unit="base", expiry=None, strike=None,
    option_type=None, max_leverage=None, listed_at=None, is_active=True, market={},
)  # fmt: skip


def test_okx_tells_tiers_by_family_in_contracts() -> None:
    body = {
        "code": "0",
        "data": [
            {"tier": "2", "minSz": "1001", "maxSz": "5000", "mmr": "0.005", "maxLever": "75"},
            {"tier": "1", "minSz": "0", "maxSz": "1000", "mmr": "0.004", "maxLever": "100"},
        ],
    }
    found = okx.parse_tiers(decode(json.dumps(body)), SWAP)
    # 1000 contracts of 0.01 BTC are 10 BTC
    assert found == [
        Tier(Decimal(0), Decimal(10), "base", Decimal(100), Decimal("0.004")),
        Tier(Decimal(10), Decimal(50), "base", Decimal(75), Decimal("0.005")),
    ]
    assert okx.family_of(SWAP) == "BTC-USDT"
    assert (
        okx.parse_tiers(decode(json.dumps(body)), replace(SWAP, contract_size=None))[0].unit is None
    )


def test_gate_tells_tiers_by_limit_in_the_settlement_coin() -> None:
    body = [
        {"tier": 2, "risk_limit": "3000000", "maintenance_rate": "0.005", "leverage_max": "100",
         "deduction": "1000"},
        {"tier": 1, "risk_limit": "1000000", "maintenance_rate": "0.004", "leverage_max": "125",
         "deduction": "0"},
    ]  # fmt: skip
    instrument = replace(SWAP, venue="gate", market_id="BTC_USDT", product="usdt")
    found = gate.parse_tiers(decode(json.dumps(body)), instrument)
    million = Decimal(1_000_000)
    assert found == [
        Tier(Decimal(0), million, "usd", Decimal(125), Decimal("0.004"), Decimal(0)),
        Tier(million, 3 * million, "usd", Decimal(100), Decimal("0.005"), Decimal(1000)),
    ]


def test_of_several_terms_for_one_size_those_of_the_highest_leverage_are_stored() -> None:
    body = {
        "data": [
            {
                "contract_code": "BTC-USDT",
                "list": [
                    {"lever_rate": rate, "ladders": [
                        {"min_size": 0, "max_size": 999, "adjust_factor": factor},
                    ]}
                    for rate, factor in ((5, 0.15), (100, 0.4), (20, 0.3))
                ],
            }
        ]
    }  # fmt: skip
    instrument = replace(SWAP, venue="htx", market_id="BTC-USDT", product="linear")
    tiers = htx.parse_tiers(decode(json.dumps(body)), instrument)
    assert len(tiers) == 3
    rows = tier_frame(tiers, instrument, AT, is_simulated=False).to_dicts()
    assert [(row["max_leverage"], row["maintenance_margin_rate"]) for row in rows] == [
        (100.0, 0.004)
    ]
    assert (rows[0]["floor_base"], rows[0]["cap_base"], rows[0]["floor_usd"]) == (0.0, 9.99, None)


def test_tiers_of_thousands_are_canonical_and_of_unknown_unit_left_out() -> None:
    pepe = replace(SWAP, asset="PEPE", base_multiplier=Decimal(1000))
    tiers = [
        Tier(Decimal(0), Decimal(7), "base", Decimal(50), Decimal("0.01")),
        Tier(None, None, None, Decimal(50), Decimal("0.01")),
    ]
    rows = tier_frame(tiers, pepe, AT, is_simulated=False).to_dicts()
    assert [row["cap_base"] for row in rows] == [7000.0]


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ({"maintenance_margin_rate": Decimal("1.5")}, "less_than_or_equal_to"),
        ({"cap": Decimal(0)}, "above_the_floor"),
        ({"max_leverage": Decimal(-1)}, "greater_than_or_equal_to"),
        ({"max_leverage": Decimal("NaN")}, "less_than"),
    ],
)
def test_a_tier_that_cannot_be_true_is_refused_whole(change: dict[str, Any], check: str) -> None:
    good = Tier(Decimal(0), Decimal(10), "usd", Decimal(100), Decimal("0.004"))
    bad = replace(good, **{"floor": Decimal(5), "cap": Decimal(20), **change})
    rows = tier_frame([good, bad], SWAP, AT, is_simulated=False)
    judged = validate_facts("core.leverage_tiers", rows)
    assert judged.accepted.height == 1
    (refused,) = judged.rejected.to_dicts()
    assert refused["check_name"] == check
    assert json.loads(refused["record"])["symbol"] == "BTC/USDT:USDT"


def test_every_feed_asks_a_call_that_ccxt_has() -> None:
    for venue, feeds in TERMS.items():
        products = {product.name for product in all_venues()[venue].products()}
        for feed in feeds:
            covered = [
                replace(SWAP, venue=venue, product=name)
                for name in products
                if feed.covers(replace(SWAP, venue=venue, product=name))
            ]
            assert covered, (venue, feed.kind)
            for one in covered:
                call = feed.call(one, _day())
                assert hasattr(getattr(ccxt, venue), call.method), (venue, call.method)


def _day() -> Any:
    return Window(datetime(2026, 11, 20, tzinfo=UTC), AT)


def test_the_largest_coins_come_first_and_perpetuals_before_futures() -> None:
    def market(symbol: str, market_id: str, **more: Any) -> dict[str, Any]:
        base = symbol.partition("/")[0]
        return {
            "id": market_id, "symbol": symbol, "base": base, "quote": "USDT", "settle": "USDT",
            "contract": True, "swap": "future" not in more, "option": False, "linear": True,
            "inverse": False, "contractSize": 1, "active": True, "info": {}, **more,
        }  # fmt: skip

    listed = [
        market("ETH/USDT:USDT", "ETHUSDT"),
        market("BTC/USDT:USDT-261225", "BTCUSDT-25DEC26", future=True, expiry=1_798_185_600_000),
        market("BTC/USDT:USDT", "BTCUSDT"),
        market("XRP/USDT:USDT", "XRPUSDT"),
    ]
    chosen = chosen_instruments(all_venues()["bybit"], listed, ("BTC", "ETH"))
    assert [one.symbol for one in chosen] == [
        "BTC/USDT:USDT", "BTC/USDT:USDT-261225", "ETH/USDT:USDT",
    ]  # fmt: skip


def test_what_failed_alike_is_said_once() -> None:
    told = SupplementaryData(
        "okx", failures={f"S{number} depth": "HTTP 500" for number in range(5)}
    )
    assert told.summary() == "S0 depth, S1 depth, S2 depth and 2 more: HTTP 500"
