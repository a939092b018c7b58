"""CoinEx: one ticker request for all contracts.

Open interest is ``open_interest_volume``: coins for linear contracts, USD for inverse ones
(measured), one side (measured). The answer says neither its time nor the funding interval, so rows
are dated to their receipt and have no funding.
"""

from oirisk.schemas.calls import Bulk, Market, get
from oirisk.schemas.venue import Address, Endpoint, Fields, MarketList, Product, Row, Venue
from oirisk.transforms.decode import rows_at
from oirisk.transforms.markets import contract


def _fields(volume: str, value: str) -> Fields:
    return Fields(
        market_id="market",
        mark_price="mark_price",
        index_price="index_price",
        last_price="last",
        volume_base=volume,
        volume_usd=value,
    )


LINEAR = Product(
    name="linear",
    covers=lambda market: bool(market.get("linear")),
    rules=("coinex.linear.open_interest_volume",),
    fields=_fields("volume", "value"),
)
INVERSE = Product(
    name="inverse",
    covers=lambda market: bool(market.get("inverse")),
    rules=("coinex.inverse.open_interest_volume",),
    fields=_fields("", "volume"),
)


def _market(row: Row) -> Market:
    base, quote = str(row["base_ccy"]), str(row["quote_ccy"])
    settle = base if row["contract_type"] == "inverse" else quote
    is_active = row.get("is_market_available") is not False
    return contract(str(row["market"]), (base, quote, settle), row, active=is_active)


VENUE = Venue(
    id="coinex",
    book="coinex",
    address=Address(
        "https://api.coinex.com/v2",
        MarketList((get("/futures/market"),), rows_at("data"), _market),
    ),
    endpoints=(
        Endpoint(
            name="tickers",
            products=(LINEAR, INVERSE),
            calls=Bulk(get("/futures/ticker")),
            rows=rows_at("data"),
        ),
    ),
)
