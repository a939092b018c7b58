"""Ostium: one query of its index for all pairs, one request for their prices.

Longs and shorts are ``longOI`` and ``shortOI``, coins (ounces, barrels, shares) times 10^18.
Values in USD go by the middle of the oracle's prices; while a market is closed its price is of
another time than the open interest and is not used.
"""

from typing import Any

from oirisk.schemas.calls import Bulk, Call
from oirisk.schemas.venue import Address, Endpoint, Fields, Figures, MarketList, Product, Row, Venue
from oirisk.transforms.decode import rows_at
from oirisk.transforms.markets import ContractFields

_UNITS = "=18"
_PAIRS = Call(
    "POST",
    {"query": "{ pairs(first: 1000) { id from to longOI shortOI } }"},
    "/api/public/67a599d5-c8d2-4cc4-9c4d-2975a97bc5d8/subgraphs/ost-prod/live/gn",
    ("index",),
)

POOL = Product(
    name="pool",
    covers=lambda market: bool(market.get("swap")),
    rules=("ostium.pool.longOI",),
    shorts=Figures(("ostium.pool.shortOI",)),
    fields=Fields(
        market_id="id",
        index_price="@prices.mid",
        value_price="@prices.mid",
        decimals={"longOI": _UNITS, "shortOI": _UNITS},
    ),
)


def _named(*path: str) -> Any:  # noqa: ANN401 -- a reader of rows
    """Make a reader of rows at a path that name their pair."""

    def read(body: Any) -> list[Row]:  # noqa: ANN401 -- any JSON
        return [{**row, "pair": f"{row['from']}/{row['to']}"} for row in rows_at(*path)(body)]

    return read


VENUE = Venue(
    id="ostium",
    book="ostium",
    address=Address(
        {
            "index": "https://api.subgraph.ormilabs.com",
            "prices": "https://metadata-backend.ostium.io",
        },
        MarketList(
            (_PAIRS,), rows_at("data", "pairs"), ContractFields("id", "from", "to", "=USDC")
        ),
    ),
    endpoints=(
        Endpoint(
            name="prices",
            products=(POOL,),
            calls=Bulk(Call("GET", {}, "/PricePublish/latest-prices", ("prices",))),
            rows=_named(),
            enriches="pairs",
            key="pair",
            key_time="timestampSeconds",
            observed_unit="s",
        ),
        Endpoint(
            name="pairs",
            products=(POOL,),
            calls=Bulk(_PAIRS),
            rows=_named("data", "pairs"),
            matches="pair",
        ),
    ),
)
