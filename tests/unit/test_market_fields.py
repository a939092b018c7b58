"""Funding of one row, as a fraction an interval."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from oirisk.flows.exchanges.krakenfutures.declaration import INVERSE, LINEAR
from oirisk.transforms.market_fields import read_funding_interval, read_funding_rate


def _perp(margin: str, kind: str = "perp") -> Any:
    return SimpleNamespace(kind=kind, margin=margin, market={})


@pytest.mark.parametrize(
    ("product", "margin", "rate", "index", "fraction"),
    [
        # Kraken, PF_DOGEUSD, 2026-02-08: USD a coin, an hour; coins at 0.096257 USD.
        (LINEAR, "linear", -0.000000742689179664, 0.096257, -7.715690e-06),
        # 1 USD of a contract pays so many BTC: at 20,712 USD a coin 1.69e-5 of the dollar.
        (INVERSE, "inverse", -8.15861558e-10, 20_712, -1.6898e-05),
    ],
)
def test_an_amount_of_funding_is_a_fraction_at_the_index_price(
    product: Any, margin: str, rate: float, index: float, fraction: float
) -> None:
    row = {"fundingRate": rate}
    read = read_funding_rate(row, product.fields, _perp(margin), Decimal(str(index)))
    assert read is not None
    assert float(read) == pytest.approx(fraction, rel=1e-4)
    assert read_funding_interval(row, product.fields, _perp(margin)) == 1


@pytest.mark.parametrize("index", [None, Decimal(0)])
def test_an_amount_of_funding_without_a_price_is_not_known(index: Decimal | None) -> None:
    row = {"fundingRate": 0.5}
    assert read_funding_rate(row, LINEAR.fields, _perp("linear"), index) is None


def test_a_dated_future_pays_no_funding() -> None:
    row = {"fundingRate": 0.5}
    future = _perp("linear", "future")
    assert read_funding_rate(row, LINEAR.fields, future, Decimal(100)) is None
