"""Delta: one ticker request for perpetuals, futures and options.

Open interest is ``oi_contracts``, contracts of the listed value, beside ``oi`` in coins; the two
must agree. Options are valued at the spot price. Units measured: ``oi`` over ``oi_contracts`` is
the contract value, ``oi_value_usd`` over ``oi`` the spot price; so is ``volume`` over ``size``, and
``turnover_usd`` over ``volume`` a price of the coin. The counting side is not documented (assumed
one-sided). Funding is left out: the rate printed is in percent a day or an hour, nobody says.
"""

from typing import Any

from oirisk.schemas.calls import each, once
from oirisk.schemas.venue import Endpoint, Fields, Product, Venue, refuse_quanto
from oirisk.transforms.decode import object_at, rows_at

_TIME: dict[str, Any] = {"observed_at": "timestamp", "observed_unit": "us"}

LINEAR = Product(
    name="linear",
    covers=lambda market: bool(market.get("contract")) and not market.get("option"),
    rules=("delta.linear.oi_contracts",),
    checks=("delta.linear.oi",),
    fields=Fields(
        market_id="symbol",
        mark_price="mark_price",
        index_price="spot_price",
        last_price="close",
        volume_usd="turnover_usd",
        **_TIME,
    ),
    refusal=refuse_quanto,
)
OPTION = Product(
    name="option",
    covers=lambda market: bool(market.get("option")),
    rules=("delta.option.oi_contracts",),
    checks=("delta.option.oi",),
    fields=Fields(
        market_id="symbol",
        underlying_price="spot_price",
        volume_base="volume",
        volume_usd="turnover_usd",
        **_TIME,
    ),
)

VENUE = Venue(
    id="delta",
    book="delta",
    endpoints=(
        Endpoint("tickers", (LINEAR, OPTION), once("publicGetTickers"), rows_at("result")),
        Endpoint(
            name="tickers_single",
            products=(LINEAR, OPTION),
            calls=each("publicGetTickersSymbol", "symbol"),
            rows=object_at("result"),
            fallback_for="tickers",
        ),
    ),
)
