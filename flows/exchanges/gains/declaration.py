"""Gains Network (gTrade) on Arbitrum: one request for all pairs, one for their prices.

Longs and shorts are ``pairOis[].token.oiLongToken`` and ``oiShortToken``, coins times 10^18, of
each pair against the vault of each collateral; positions that are older than version 10 of the
contracts are not among them. Values in USD go by the last price of the chart; one from another
time than the open interest is not used.
"""

from typing import Any

from oirisk.schemas.calls import Bulk, Call, Market, value_at
from oirisk.schemas.text import seen
from oirisk.schemas.venue import Address, Endpoint, Fields, Figures, MarketList, Product, Row, Venue
from oirisk.transforms.decode import BodyError, rows_at
from oirisk.transforms.markets import contract

_COINS = "=18"
_VARIABLES = Call("GET", {}, "/trading-variables", ("arbitrum",))

POOL = Product(
    name="pool",
    covers=lambda market: bool(market.get("swap")),
    rules=("gains.pool.oiLongToken",),
    shorts=Figures(("gains.pool.oiShortToken",)),
    fields=Fields(
        market_id="id",
        index_price="@charts.close",
        value_price="@charts.close",
        decimals={"token.oiLongToken": _COINS, "token.oiShortToken": _COINS},
    ),
)


def _rows(body: Any) -> list[Row]:  # noqa: ANN401 -- any JSON
    """Read what is open in each pair against the vault of each collateral in use."""
    pairs = rows_at("pairs")(body)
    return [
        {
            "id": f"{collateral.get('symbol')}:{place}",
            "pair": place,
            "from": pair.get("from"),
            "to": pair.get("to"),
            "collateral": collateral.get("symbol"),
            "max": value_at(open_interest, "beforeV10.max"),
            "token": open_interest.get("token"),
        }
        for collateral in rows_at("collaterals")(body)
        if collateral.get("isActive") is not False
        for place, (pair, open_interest) in enumerate(
            zip(pairs, rows_at("pairOis")(collateral), strict=False)
        )
    ]


def _market(row: Row) -> Market:
    """Read a pair; it is delisted where no more may be opened."""
    coins = str(row["from"]), str(row["to"]), str(row["collateral"])
    return contract(str(row["id"]), coins, row, active=str(row["max"]) != "0")


def _closes(body: Any) -> list[Row]:  # noqa: ANN401 -- any JSON
    closes = value_at(body, "closes")
    if not isinstance(closes, list):
        raise BodyError(f"expected closes, a list of prices, saw {seen(closes)}")
    return [{"pair": place, "close": close} for place, close in enumerate(closes)]


VENUE = Venue(
    id="gains",
    book="gains arbitrum",
    address=Address(
        {
            "arbitrum": "https://backend-arbitrum.gains.trade",
            "prices": "https://backend-pricing.eu.gains.trade",
        },
        MarketList((_VARIABLES,), _rows, _market),
    ),
    endpoints=(
        Endpoint(
            name="charts",
            products=(POOL,),
            calls=Bulk(Call("GET", {}, "/charts", ("prices",))),
            rows=_closes,
            observed_at="time",
            enriches="pairs",
            key="pair",
        ),
        Endpoint(
            name="pairs",
            products=(POOL,),
            calls=Bulk(_VARIABLES),
            rows=_rows,
            matches="pair",
        ),
    ),
)
