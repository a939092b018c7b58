"""Toobit: one ticker request for all contracts, mark prices in a second one.

Open interest is ``op``, in contracts of the listed size (measured: it equals the coins that the
request for a single contract prints), one side (assumed). Shadow books (``TBV_``) stand in the same
answer and are listed nowhere. Others doubt the volumes that Toobit prints.
"""

from oirisk.schemas.calls import once
from oirisk.schemas.venue import Endpoint, Fields, Product, Row, Venue
from oirisk.transforms.decode import rows_at

LINEAR = Product(
    name="linear",
    covers=lambda market: bool(market.get("linear")),
    rules=("toobit.linear.op",),
    fields=Fields(
        market_id="s",
        mark_price="@marks.price",
        last_price="c",
        volume_contracts="v",
        volume_usd="qv",
        observed_at="t",
    ),
)


def _is_shadow(row: Row) -> bool:
    return str(row.get("s")).startswith("TBV_")


VENUE = Venue(
    id="toobit",
    book="toobit",
    endpoints=(
        Endpoint(
            name="marks",
            products=(LINEAR,),
            calls=once("commonGetQuoteV1MarkPrice"),
            rows=rows_at(),
            enriches="linear",
            key="symbolId",
            key_time="time",
        ),
        Endpoint(
            name="linear",
            products=(LINEAR,),
            calls=once("commonGetQuoteV1ContractTicker24hr"),
            rows=rows_at(),
            ignores=_is_shadow,
        ),
    ),
)
