"""Derive: one ticker request for all perpetuals, and one a coin and expiry for options.

Open interest is ``stats.oi`` in coins, one side (measured by others from trades). A map of tickers
by name is documented by Derive, API v3, public/get_tickers; options need a coin and a day there.
Listed options without a ticker there, which others have seen, are missing. Where the map fails,
perpetuals are asked one by one, in answers that do not name their instrument. Options are valued at
the index. Funding is paid every hour.
"""

from collections.abc import Sequence
from typing import Any

from oirisk.schemas.calls import Call, Market, each, once
from oirisk.schemas.venue import Endpoint, Fields, Product, Venue
from oirisk.transforms.decode import object_at, values_at

_METHOD = "publicPostGetTickers"
_PERP: dict[str, Any] = {
    "mark_price": "M",
    "index_price": "I",
    "volume_base": "stats.c",
    "volume_usd": "stats.v",
    "funding_rate": "f",
    "funding_interval_hours": 1,
    "observed_at": "t",
}


def _perp(market_id: str) -> Product:
    return Product(
        name="perp",
        covers=lambda market: bool(market.get("swap")),
        rules=("derive.perp.stats_oi",),
        fields=Fields(market_id=market_id, **_PERP),
    )


OPTION = Product(
    name="option",
    covers=lambda market: bool(market.get("option")),
    rules=("derive.option.stats_oi",),
    fields=Fields(
        market_id="instrument_name",
        underlying_price="I",
        volume_base="stats.c",
        observed_at="t",
    ),
)


def _calls(markets: Sequence[Market]) -> tuple[Call, ...]:
    """Ask for each coin and expiry, both part of an option's name: BTC-20270924-90000-P."""
    live = (market for market in markets if market.get("active") is not False)
    names = (str(market["id"]).split("-") for market in live)
    wanted = sorted({(name[0], name[1]) for name in names if len(name) > 1})
    return tuple(
        Call(_METHOD, {"instrument_type": "option", "currency": coin, "expiry_date": day})
        for coin, day in wanted
    )


VENUE = Venue(
    id="derive",
    book="derive",
    endpoints=(
        Endpoint(
            name="perps",
            products=(_perp("instrument_name"),),
            calls=once(_METHOD, instrument_type="perp"),
            rows=values_at("result", "tickers", key="instrument_name"),
        ),
        Endpoint(
            name="perp",
            products=(_perp("@asked.instrument_name"),),
            calls=each("publicPostGetTicker", "instrument_name"),
            rows=object_at("result"),
            fallback_for="perps",
        ),
        Endpoint(
            name="option",
            products=(OPTION,),
            calls=_calls,
            rows=values_at("result", "tickers", key="instrument_name"),
            asks=f"{_METHOD}(instrument_type=option, currency=<coin>, expiry_date=<day>)",
        ),
    ),
)
