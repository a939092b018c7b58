"""Order books become bands: sizes in coins and USD, lower bounds marked as such (M16)."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from oirisk.flows.exchanges.depth import FORMS, BookForm, bands
from oirisk.flows.exchanges.registry import all_venues
from oirisk.schemas.history import DepthPoint
from oirisk.schemas.instruments import Instrument
from oirisk.transforms.decode import BodyError

LINEAR = Instrument(
    venue="okx", symbol="BTC/USDT:USDT", market_id="BTC-USDT-SWAP", product="swap", asset="BTC",
    base_multiplier=Decimal(1), quote="USDT", settle="USDT", kind="perp", margin="linear",
    contract_size=Decimal("0.01"), contract_size_unit="base", expiry=None, strike=None,
    option_type=None, max_leverage=None, listed_at=None, is_active=True, market={},
)  # fmt: skip
INVERSE = replace(
    LINEAR, symbol="BTC/USD:BTC", settle="BTC", margin="inverse", contract_size=Decimal(100),
    contract_size_unit="usd",
)  # fmt: skip
# middle 100 000; bids reach 3 % below, asks 6 % above
BIDS = [[99_990, 2], [99_000, 1], [98_500, 4], [98_000, 3], [97_000, 5]]
ASKS = [[100_010, 1], [101_000, 2], [102_500, 2], [106_000, 1]]


def point(points: list[DepthPoint], side: str, band: float) -> DepthPoint:
    return next(one for one in points if (one.side, one.band) == (side, band))


def test_a_band_holds_everything_up_to_its_end_included() -> None:
    points = bands(BIDS, ASKS, LINEAR, BookForm("base", 400))
    one = point(points, "bid", 0.01)
    assert (one.base, one.usd) == (3, 2 * 99_990 + 99_000)
    two = point(points, "bid", 0.02)
    assert (two.base, two.usd) == (10, 2 * 99_990 + 99_000 + 4 * 98_500 + 3 * 98_000)
    assert point(points, "ask", 0.01).usd == 100_010 + 2 * 101_000


def test_a_book_that_ends_inside_a_band_is_a_lower_bound() -> None:
    points = bands(BIDS, ASKS, LINEAR, BookForm("base", 400))
    flags = {(one.side, one.band): one.is_truncated for one in points}
    assert flags == {
        ("bid", 0.01): False, ("bid", 0.02): False, ("bid", 0.05): True,
        ("ask", 0.01): False, ("ask", 0.02): False, ("ask", 0.05): False,
    }  # fmt: skip
    whole = bands(BIDS, ASKS, LINEAR, BookForm("base", None, is_whole=True))
    assert not any(one.is_truncated for one in whole)


@pytest.mark.parametrize(
    ("instrument", "form", "base", "usd"),
    [
        # 3 contracts of 0.01 BTC
        (LINEAR, BookForm("contracts", 400), 0.03, 2989.8),
        # 3 contracts of 100 USD: 200 / 99 990 + 100 / 99 000 BTC
        (INVERSE, BookForm("contracts", 1000), 0.00301030103, 300.0),
        # 3 USD
        (INVERSE, BookForm("usd", 500), 0.0000301030103, 3.0),
    ],
)
def test_sizes_become_coins_and_usd(
    instrument: Instrument, form: BookForm, base: float, usd: float
) -> None:
    found = point(bands(BIDS, ASKS, instrument, form), "bid", 0.01)
    assert float(found.base) == pytest.approx(base, rel=1e-9)
    assert float(found.usd) == pytest.approx(usd, rel=1e-9)


@pytest.mark.parametrize(
    ("bids", "asks"), [([], ASKS), (BIDS, []), ([[100_010, 1]], ASKS), ([[float("nan"), 1]], ASKS)]
)
def test_a_book_without_a_middle_is_refused(bids: list[Any], asks: list[Any]) -> None:
    with pytest.raises(BodyError):
        bands(bids, asks, LINEAR, BookForm("base", 400))


def test_contracts_of_unknown_size_are_refused() -> None:
    with pytest.raises(BodyError, match="size of a contract"):
        bands(BIDS, ASKS, replace(LINEAR, contract_size=None), BookForm("contracts", 400))


def test_every_form_is_of_a_product_that_exists() -> None:
    known = {
        (venue.id, product.name) for venue in all_venues().values() for product in venue.products()
    }
    assert set(FORMS) <= known
