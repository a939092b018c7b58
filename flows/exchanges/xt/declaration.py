"""XT: one open-interest request a contract; prices and volumes in bulk.

Open interest is ``openInterest`` in coins, beside ``openInterestUsd``; the two must agree. They do
in the answer that XT documents (2025-11) and are 17 % apart in one of 2026-08: the unit counts as
assumed, and a row whose figures disagree is suspect. One side (assumed). Coin-margined contracts,
of which no answer is known, are not asked.
"""

from oirisk.schemas.calls import each, once
from oirisk.schemas.venue import Endpoint, Fields, Product, Venue
from oirisk.transforms.decode import object_at, rows_at

_CALL = "publicLinearGetFutureMarketV1Public"
LINEAR = Product(
    name="linear",
    covers=lambda market: bool(market.get("linear")),
    rules=("xt.linear.openInterest",),
    checks=("xt.linear.openInterestUsd",),
    fields=Fields(
        market_id="symbol",
        observed_at="time",
        mark_price="@prices.m",
        index_price="@prices.i",
        last_price="@prices.c",
        volume_contracts="@prices.a",
        volume_usd="@prices.v",
    ),
)

VENUE = Venue(
    id="xt",
    book="xt",
    endpoints=(
        Endpoint(
            name="prices",
            products=(LINEAR,),
            calls=once(f"{_CALL}QAggTickers"),
            rows=rows_at("result"),
            enriches="linear",
            key="s",
            key_time="t",
        ),
        Endpoint(
            name="linear",
            products=(LINEAR,),
            calls=each(f"{_CALL}ContractOpenInterest", "symbol"),
            rows=object_at("result"),
        ),
    ),
)
