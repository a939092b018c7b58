"""Variational Omni: one request tells all contracts, what longs hold and what shorts hold.

Every trade is with one pool, so longs and shorts differ and the pool holds the rest. Each contract
counts once as the larger of the two; both are in USD. Funding is printed by the year and is left
out. The answer says when it last quoted, not of when its open interest is.
"""

from decimal import Decimal
from typing import Any

from oirisk.schemas.venue import (
    Address,
    Bulk,
    Fields,
    Line,
    MarketList,
    Product,
    Row,
    Venue,
    get,
    value_at,
)
from oirisk.transforms.decode import rows_at
from oirisk.transforms.markets import ContractFields
from oirisk.transforms.numbers import number

_STATS = "/metadata/stats"
_SIDES = ("open_interest.long_open_interest", "open_interest.short_open_interest")

PERP = Product(
    name="perp",
    covers=lambda market: bool(market.get("swap")),
    rules=("variational.perp.larger_side",),
    fields=Fields(market_id="ticker", mark_price="mark_price", volume_usd="volume_24h"),
)


def _rows(body: Any) -> list[Row]:  # noqa: ANN401 -- any JSON
    return [{**row, "larger_side": _larger(row)} for row in rows_at("listings")(body)]


def _larger(row: Row) -> Decimal | None:
    """Return the larger side; nothing where one is no amount, for it might be that one."""
    try:
        sides = [number(value_at(row, path)) for path in _SIDES]
    except ValueError:
        return None
    amounts = [side for side in sides if side is not None and side.is_finite() and side >= 0]
    return max(amounts) if len(amounts) == len(_SIDES) else None


VENUE = Venue(
    id="variational",
    book="variational",
    address=Address(
        "https://omni-client-api.prod.ap-northeast-1.variational.io",
        MarketList(
            (get(_STATS),), rows_at("listings"), ContractFields("ticker", "ticker", "=USDC")
        ),
        interval_ms=1000,
    ),
    lines=(Line(name="stats", products=(PERP,), calls=Bulk(get(_STATS)), rows=_rows),),
)
