"""BingX: one open-interest request a contract; prices, funding and volumes in bulk.

Open interest is ``openInterest``: its value in USDT for linear contracts (measured), coins for
coin-margined ones (measured; ccxt called that figure a value until 2026-08-21, the exchange never
did). The counting side is not documented (assumed one-sided). A coin-margined row carries a time
of its own that may be hours old; a price of now is then not multiplied with it.
"""

from typing import Any

from oirisk.schemas.calls import Market, each
from oirisk.schemas.venue import Endpoint, Fields, Product, Venue, completing
from oirisk.transforms.decode import object_at, rows_at

_COMPLETED = {
    "market_id": "symbol",
    "mark_price": "@{}premium.markPrice",
    "index_price": "@{}premium.indexPrice",
    "last_price": "@{}volumes.lastPrice",
    "funding_rate": "@{}premium.lastFundingRate",
}


def _fields(prefix: str, observed_at: str, **more: str) -> Fields:
    names: dict[str, Any] = {name: path.format(prefix) for name, path in _COMPLETED.items()}
    names.update(more)
    return Fields(**names, observed_at=observed_at)


def _is_linear(market: Market) -> bool:
    return bool(market.get("contract")) and bool(market.get("linear"))


LINEAR = Product(
    name="linear",
    covers=_is_linear,
    rules=("bingx.linear.openInterest",),
    fields=_fields("", "time", volume_base="@volumes.volume", volume_usd="@volumes.quoteVolume"),
)
INVERSE = Product(
    name="inverse",
    covers=lambda market: bool(market.get("inverse")),
    rules=("bingx.inverse.openInterest",),
    fields=_fields("coin_", "timestamp"),
)


VENUE = Venue(
    id="bingx",
    book="bingx",
    options={"fetchMarkets": {"types": ["linear", "inverse"]}},
    endpoints=(
        completing(LINEAR, "premium", "swapV2PublicGetQuotePremiumIndex", rows_at("data")),
        completing(LINEAR, "volumes", "swapV2PublicGetQuoteTicker", rows_at("data")),
        Endpoint(
            name="linear",
            products=(LINEAR,),
            calls=each("swapV2PublicGetQuoteOpenInterest", "symbol"),
            rows=object_at("data"),
        ),
        completing(INVERSE, "coin_premium", "cswapV1PublicGetMarketPremiumIndex", rows_at("data")),
        completing(INVERSE, "coin_volumes", "cswapV1PublicGetMarketTicker", rows_at("data")),
        Endpoint(
            name="inverse",
            products=(INVERSE,),
            calls=each("cswapV1PublicGetMarketOpenInterest", "symbol"),
            rows=rows_at("data"),
            observed_at="timestamp",
        ),
    ),
)
