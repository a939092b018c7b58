"""Names that may be a multiple of a coin: settled by prices, and said where no price tells."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from oirisk.flows.exchanges.registry import all_venues
from oirisk.schemas.responses import MARKETS_ENDPOINT, Response
from oirisk.transforms.coin_names import with_settled_names
from oirisk.transforms.derive import Derived, derive
from oirisk.transforms.names import Multiple, as_known, in_coins

AT = datetime(2026, 11, 21, 0, 5, tzinfo=UTC)


def _dydx(**contracts: tuple[float, str | None]) -> Derived:
    """Derive dYdX with contracts by base: open interest in listed base, and oracle price."""
    markets = [
        {
            "id": base, "symbol": f"{base}/USDC:USDC", "base": base, "quote": "USDC",
            "settle": "USDC", "contract": True, "swap": True, "future": False, "option": False,
            "active": True, "linear": True, "inverse": False, "contractSize": 1, "expiry": None,
            "info": {},
        }
        for base in contracts
    ]  # fmt: skip
    body = {
        "markets": {
            base: {"openInterest": held, "oraclePrice": price}
            for base, (held, price) in contracts.items()
        }
    }

    def response(endpoint: str, text: Any) -> Response:
        return Response(
            venue="dydx", endpoint=endpoint, method="GET", url="https://exchange/x", params="{}",
            request_body=None, status=200, requested_at=AT, received_at=AT, attempt=1,
            body=json.dumps(text),
        )  # fmt: skip

    return derive(
        all_venues()["dydx"], [response(MARKETS_ENDPOINT, markets), response("perpetuals", body)]
    )


def _row(result: Derived, base: str) -> dict[str, Any]:
    rows = result.verdict.accepted.to_dicts()
    return next(row for row in rows if row["symbol"] == f"{base}/USDC:USDC")


@pytest.mark.parametrize(
    ("base", "price", "number"),
    [("KFOO", "0.00204", 1e3), ("MFOO", "1.97", 1e6), ("100FOO", "0.0002", 1e2)],
)
def test_a_price_of_so_many_coins_makes_a_name_a_multiple(
    base: str, price: str, number: float
) -> None:
    (found,) = with_settled_names([_dydx(FOO=(1, "0.000002"), **{base: (7, price)})])
    row = _row(found, base)
    assert (row["asset"], row["oi_base"]) == ("FOO", 7 * number)
    assert row["oi_usd"] == pytest.approx(7 * float(price))
    assert row["mark_price"] == pytest.approx(float(price) / number)
    assert found.listing is not None
    listed = found.listing.instruments["perp", base]
    assert (listed.asset, listed.base_multiplier) == ("FOO", Decimal(int(number)))
    assert found.notes == ()


@pytest.mark.parametrize(
    ("base", "coin", "price", "of_coin"),
    [("KAVA", "AVA", "0.37", "0.53"), ("MOG", "OG", "0.00000084", "13.8"), ("1000X", "X", "0.048", "2")],
)  # fmt: skip
def test_another_price_leaves_a_name_what_it_is(
    base: str, coin: str, price: str, of_coin: str
) -> None:
    (found,) = with_settled_names([_dydx(**{base: (7, price), coin: (1, of_coin)})])
    row = _row(found, base)
    assert (row["asset"], row["oi_base"], found.notes) == (base, 7.0, ())


def test_both_sides_of_a_pool_are_restated_in_coins() -> None:
    amounts = {"oi_base": 7.0, "oi_long_base": 7.0, "oi_short_base": 3.0, "pool_net_base": -4.0}
    others = dict.fromkeys(("volume_24h_base", "index_price", "last_price"), 1.0)
    row = {"venue": "gmx", "symbol": "KFOO/USD:KFOO", "asset": "KFOO", "mark_price": 2.0}
    multiples = {("gmx", "KFOO/USD:KFOO"): Multiple("FOO", Decimal(1000))}
    (found,) = in_coins(pl.DataFrame([row | amounts | others]), multiples).to_dicts()
    assert {name: found[name] for name in amounts} == {
        name: 1000 * amount for name, amount in amounts.items()
    }


def test_a_name_that_no_price_settles_is_said() -> None:
    (found,) = with_settled_names([_dydx(FOO=(1, "0.000002"), KFOO=(0, None), KAVA=(1, "0.4"))])
    assert _row(found, "KFOO")["asset"] == "KFOO"
    assert found.notes == (
        "no price tells whether these are multiples, taken as they are: KFOO/USDC:USDC (1000 FOO?)",
    )


def test_history_takes_the_name_that_a_run_settled_and_no_other() -> None:
    result = _dydx(KFOO=(7, "0.002"))
    assert result.listing is not None
    (kfoo,) = result.listing.instruments.values()
    assert as_known(kfoo, None) == kfoo
    assert as_known(kfoo, ("KFOO", 1.0)) == kfoo
    assert as_known(kfoo, ("BAR", 1000.0)) == kfoo
    known = as_known(kfoo, ("FOO", 1000.0))
    assert (known.asset, known.base_multiplier) == ("FOO", Decimal(1000))
