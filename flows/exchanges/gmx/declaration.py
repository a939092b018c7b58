"""GMX v2 on Arbitrum: one ticker request for all markets, each with a pool of its own.

Longs and shorts are ``longInterestInTokens`` and ``shortInterestInTokens``, coins of the index
token in its smallest units; ``longInterestUsdMark`` and ``shortInterestUsdMark``, the same in USD
at the mark price, must agree. ``longInterestUsd`` is at the prices of entry and is not used. A
price is USD for the smallest unit, times 10^30. The answer says no time.
"""

from decimal import Decimal
from typing import Any

from oirisk.schemas.calls import Bulk, Market, get
from oirisk.schemas.venue import Address, Endpoint, Fields, Figures, MarketList, Product, Row, Venue
from oirisk.transforms.decode import require_rows, rows_at
from oirisk.transforms.markets import contract

_PRICE_DECIMALS = 30
_USD = "=30"

POOL = Product(
    name="pool",
    covers=lambda market: bool(market.get("swap")),
    rules=("gmx.pool.longInterestInTokens",),
    checks=("gmx.pool.longInterestUsdMark",),
    shorts=Figures(("gmx.pool.shortInterestInTokens",), ("gmx.pool.shortInterestUsdMark",)),
    fields=Fields(
        market_id="marketTokenAddress",
        mark_price="markPrice",
        decimals={
            "markPrice": "info.priceDecimals",
            "longInterestInTokens": "info.indexDecimals",
            "shortInterestInTokens": "info.indexDecimals",
            "longInterestUsdMark": _USD,
            "shortInterestUsdMark": _USD,
        },
    ),
)


def _markets(bodies: list[Any]) -> list[Row]:
    """Read the markets; their tokens are named by address, which the list of tokens resolves."""
    tokens, markets = (require_rows(body) for body in bodies)
    decimals = {str(token.get("address")).lower(): token.get("decimals") for token in tokens}
    return [
        {**row, "indexDecimals": decimals.get(str(row.get("indexTokenAddress")).lower())}
        for row in markets
    ]


def _market(row: Row) -> Market | None:
    """Read ``BTC/USD [WBTC.b-USDC]``: what is traded, and the tokens of the pool behind it."""
    pair, _, pool = str(row["symbol"]).rstrip("]").partition(" [")
    if row.get("isSpotOnly") or "/" not in pair:
        return None
    base, quote = pair.split("/")
    long_token, _, short_token = pool.partition("-")
    settle = long_token if short_token in {"", long_token} else f"{long_token}+{short_token}"
    decimals = row.get("indexDecimals")
    scale = None if decimals is None else _PRICE_DECIMALS - Decimal(decimals)
    return contract(
        str(row["marketTokenAddress"]),
        (base, quote, settle),
        {**row, "priceDecimals": scale},
        active=row.get("isListed") is not False,
    )


VENUE = Venue(
    id="gmx",
    book="gmx arbitrum",
    address=Address(
        "https://arbitrum.gmxapi.io",
        MarketList((get("/v1/tokens"), get("/v1/markets")), _markets, _market, together=True),
    ),
    endpoints=(
        Endpoint(
            name="tickers",
            products=(POOL,),
            calls=Bulk(get("/v1/markets/tickers")),
            rows=rows_at(),
            ignores=lambda row: "/" not in str(row.get("symbol")),
        ),
    ),
)
