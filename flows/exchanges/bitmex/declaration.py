"""BitMEX: one request lists all contracts with their state.

Open interest is ``openInterest`` in contracts. A contract is ``multiplier`` smallest units of the
coin of settlement: for each USD of the price (linear, quanto), or divided by the price (inverse).
``openValue``, the same in smallest units of that coin, must agree. Each contract counts once
(measured). ``fundingInterval`` is printed as a time of day.
"""

from decimal import Decimal
from typing import Any

from oirisk.schemas.calls import Bulk, Market, get
from oirisk.schemas.venue import (
    Address,
    Endpoint,
    Fields,
    Interval,
    MarketList,
    Product,
    Row,
    Venue,
)
from oirisk.transforms.decode import rows_at
from oirisk.transforms.markets import contract
from oirisk.transforms.numbers import number
from oirisk.transforms.times import instant

_ACTIVE = "/api/v1/instrument/active"
_KINDS = frozenset({"FFWCSX", "FFWCSF", "FFCCSX"})
"""Perpetuals on coins and on other things, and dated futures; the rest is spot, index or spread."""
_COINS = {"XBt": ("BTC", Decimal(10**8)), "USDt": ("USDT", Decimal(10**6))}
"""Coins of settlement and how many smallest units each has."""
_HOUR = slice(11, 13)


def _fields(*, has_volume: bool = True) -> Fields:
    return Fields(
        market_id="symbol",
        mark_price="markPrice",
        index_price="indicativeSettlePrice",
        last_price="lastPrice",
        volume_base="homeNotional24h" if has_volume else "",
        volume_usd="foreignNotional24h" if has_volume else "",
        funding_rate="fundingRate",
        funding_interval=Interval("fundingHours", per_hour=1),
        observed_at="timestamp",
        observed_unit="iso",
    )


LINEAR = Product(
    name="linear",
    covers=lambda market: market.get("settle") == "USDT",
    rules=("bitmex.linear.openInterest",),
    checks=("bitmex.linear.openValue",),
    fields=_fields(),
)
INVERSE = Product(
    name="inverse",
    covers=lambda market: market.get("settle") == market.get("base"),
    rules=("bitmex.inverse.openInterest",),
    checks=("bitmex.inverse.openValue",),
    fields=_fields(),
)
QUANTO = Product(
    name="quanto",
    covers=lambda market: market.get("settle") == "BTC" != market.get("base"),
    rules=("bitmex.quanto.openInterest",),
    checks=("bitmex.quanto.openValue",),
    fields=_fields(has_volume=False),
)


def _rows(body: Any) -> list[Row]:  # noqa: ANN401 -- any JSON
    return [
        {**row, "fundingHours": str(row.get("fundingInterval") or "")[_HOUR]}
        for row in rows_at()(body)
    ]


def _is_no_contract(row: Row) -> bool:
    return row.get("typ") not in _KINDS


def _market(row: Row) -> Market | None:
    if _is_no_contract(row):
        return None
    settle, units = _COINS.get(str(row["settlCurrency"]), (str(row["settlCurrency"]), None))
    multiplier = number(row["multiplier"])
    terms: dict[str, Any] = {"active": row.get("state") == "Open"}
    if units is not None and multiplier is not None:
        terms["contractSize"] = abs(multiplier) / units
    expiry = instant(row.get("expiry"), "iso")
    if expiry is not None:
        terms["expiry"] = int(expiry.timestamp() * 1000)
    coins = str(row["underlying"]), str(row["quoteCurrency"]), settle
    return contract(str(row["symbol"]), coins, row, **terms)


VENUE = Venue(
    id="bitmex",
    book="bitmex",
    address=Address(
        "https://www.bitmex.com",
        MarketList((get(_ACTIVE),), rows_at(), _market),
        interval_ms=2000,
    ),
    endpoints=(
        Endpoint(
            name="instruments",
            products=(LINEAR, INVERSE, QUANTO),
            calls=Bulk(get(_ACTIVE)),
            rows=_rows,
            ignores=_is_no_contract,
        ),
    ),
)
