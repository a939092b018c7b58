"""edgeX: one ticker a contract with open interest, prices and funding.

Open interest is ``openInterest`` in coins, as edgeX's own command line says, one side (measured).
The address of the first version showed the same book and has answered without rows since 2026-09;
only that of the second is asked.
"""

from typing import Any

from oirisk.schemas.calls import PerValue, get
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
from oirisk.transforms.markets import ContractFields

PERP = Product(
    name="perp",
    covers=lambda market: bool(market.get("swap")),
    rules=("edgex.perp.openInterest",),
    fields=Fields(
        market_id="contractId",
        mark_price="markPrice",
        index_price="indexPrice",
        last_price="lastPrice",
        volume_base="size",
        volume_usd="value",
        funding_rate="fundingRate",
        funding_interval=Interval(
            "fundingRateIntervalMin",
            per_hour=60,
            listed=Interval("info.fundingRateIntervalMin", per_hour=60),
        ),
    ),
)


def _contracts(body: Any) -> list[Row]:  # noqa: ANN401 -- any JSON
    """Read the contracts; coins are named by number, which the list of coins resolves."""
    coins = {coin.get("coinId"): coin.get("coinName") for coin in rows_at("data", "coinList")(body)}
    return [
        {
            **row,
            "base": coins.get(row.get("baseCoinId")),
            "quote": coins.get(row.get("quoteCoinId")),
        }
        for row in rows_at("data", "contractList")(body)
    ]


VENUE = Venue(
    id="edgex",
    book="edgex",
    address=Address(
        "https://edgex-prod-v2.edgex.exchange",
        MarketList(
            calls=(get("/api/v2/public/meta/getMetaData"),),
            rows=_contracts,
            market=ContractFields("contractId", "base", "quote", active="enableTrade"),
        ),
        interval_ms=300,
        headers={"User-Agent": "Mozilla/5.0 (compatible; oirisk)"},
    ),
    endpoints=(
        Endpoint(
            name="tickers",
            products=(PERP,),
            calls=PerValue(get("/api/v2/public/quote/getTicker"), "contractId"),
            rows=rows_at("data"),
            observed_at="responseTime",
        ),
    ),
)
