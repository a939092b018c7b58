"""Bitget: one ticker request per product type carries open interest, prices, volume and funding.

Open interest is ``holdingAmount`` in coins, measured for USDT-settled contracts and assumed for
the others; the counting side is not documented (assumed one-sided). Should that request fail,
the unified-account tickers stand in (``openInterest``), then one request a contract.
"""

from typing import Any

from oirisk.schemas.calls import Market, each, once
from oirisk.schemas.venue import Endpoint, Fields, Interval, Product, Venue
from oirisk.transforms.decode import rows_at

_COMMON: dict[str, Any] = {
    "market_id": "symbol",
    "mark_price": "markPrice",
    "index_price": "indexPrice",
    "funding_rate": "fundingRate",
    "funding_interval": Interval(
        "fundingRateInterval", per_hour=1, listed=Interval("info.fundInterval", per_hour=1)
    ),
    "observed_at": "ts",
}
_TICKER = Fields(**_COMMON, last_price="lastPr", volume_base="baseVolume", volume_usd="usdtVolume")
_UNIFIED = Fields(**_COMMON, last_price="lastPrice", volume_base="volume24h")


def _is_usdt(market: Market) -> bool:
    return bool(market.get("contract")) and market.get("settle") == "USDT"


def _is_usdc(market: Market) -> bool:
    return bool(market.get("contract")) and market.get("settle") == "USDC"


def _is_coin(market: Market) -> bool:
    """Demo contracts settle in demo coins against SUSD and are not covered."""
    return bool(market.get("inverse")) and market.get("quote") == "USD"


_TYPES = {"USDT-FUTURES": _is_usdt, "COIN-FUTURES": _is_coin, "USDC-FUTURES": _is_usdc}


def _lines(kind: str) -> tuple[Endpoint, ...]:
    name = kind.partition("-")[0].lower()
    ticker = Product(name, _TYPES[kind], (f"bitget.{name}.holdingAmount",), _TICKER)
    unified = Product(name, _TYPES[kind], (f"bitget.{name}.openInterest",), _UNIFIED)
    single = Product(name, _TYPES[kind], (f"bitget.{name}.size",), Fields(market_id="symbol"))
    listed = Product(
        name, _TYPES[kind], (f"bitget.{name}.openInterest",), Fields(market_id="symbol")
    )
    return (
        Endpoint(
            name=name,
            products=(ticker,),
            calls=once("publicMixGetV2MixMarketTickers", productType=kind),
            rows=rows_at("data"),
        ),
        Endpoint(
            name=f"{name}_unified",
            products=(unified,),
            calls=once("publicUtaGetV3MarketTickers", category=kind),
            rows=rows_at("data"),
            fallback_for=name,
        ),
        Endpoint(
            name=f"{name}_single",
            products=(single,),
            calls=each("publicMixGetV2MixMarketOpenInterest", "symbol", productType=kind),
            rows=rows_at("data", "openInterestList"),
            observed_at="data.ts",
            fallback_for=name,
        ),
        Endpoint(
            name=f"{name}_unified_single",
            products=(listed,),
            calls=each("publicUtaGetV3MarketOpenInterest", "symbol", category=kind),
            rows=rows_at("data", "list"),
            observed_at="data.ts",
            fallback_for=name,
        ),
    )


VENUE = Venue(
    id="bitget",
    book="bitget",
    options={"fetchMarkets": {"types": ["swap"]}},
    endpoints=tuple(line for kind in _TYPES for line in _lines(kind)),
)
