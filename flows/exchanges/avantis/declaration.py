"""Avantis: one request for all pairs, one a pair for its price.

Longs and shorts are ``coinOI.long`` and ``coinOI.short`` in coins. ``openInterest``, beside them in
USDC, is at the prices of entry: another side can be the larger one there, and it is not used.
Values in USD go by the price that the venue signs for trades; its list of last prices is days old.
Contracts without fees that share in the profit (``BTC_UPSIDE``) are markets of their own.
"""

from typing import Any

from oirisk.schemas.calls import Bulk, Call, Market, PerValue, value_at
from oirisk.schemas.venue import Address, Endpoint, Fields, Figures, MarketList, Product, Row, Venue
from oirisk.transforms.decode import values_at
from oirisk.transforms.markets import contract

_PAIRS = Call("GET", {}, "/v2/trading", ("pairs",))
_SHARING = "_UPSIDE"

POOL = Product(
    name="pool",
    covers=lambda market: bool(market.get("swap")),
    rules=("avantis.pool.coinOI_long",),
    shorts=Figures(("avantis.pool.coinOI_short",)),
    fields=Fields(
        market_id="index",
        index_price="@price.price",
        value_price="@price.price",
    ),
)


def _market(row: Row) -> Market:
    name, quote = str(row["from"]), str(row["to"])
    base = name.removesuffix(_SHARING)
    market = contract(
        str(row["index"]), (base, quote, "USDC"), row, active=row.get("isPairListed") is not False
    )
    return market if base == name else {**market, "symbol": f"{market['symbol']}{_SHARING}"}


def _price(body: Any) -> list[Row]:  # noqa: ANN401 -- any JSON
    """Read the price of a pair, of the faster of two oracles where that has one."""
    return [{"price": value_at(body, "pro.price") or value_at(body, "core.price")}]


VENUE = Venue(
    id="avantis",
    book="avantis",
    address=Address(
        {"pairs": "https://data.avantisfi.com", "prices": "https://feed-v3.avantisfi.com"},
        MarketList((_PAIRS,), values_at("pairInfos", key="key"), _market),
    ),
    endpoints=(
        Endpoint(
            name="price",
            products=(POOL,),
            calls=PerValue(
                Call("GET", path="/v2/pairs/{pair}/price-update-data", api=("prices",)),
                "pair",
            ),
            rows=_price,
            enriches="pairs",
            key="@asked.pair",
        ),
        Endpoint(
            name="pairs",
            products=(POOL,),
            calls=Bulk(_PAIRS),
            rows=values_at("pairInfos", key="key"),
        ),
    ),
)
