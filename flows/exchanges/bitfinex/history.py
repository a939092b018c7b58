"""Bitfinex: snapshots of the derivatives status, and liquidations of positions."""

from datetime import timedelta
from typing import Any

from oirisk.flows.exchanges.reading import (
    finite,
    last_millisecond,
    lists_at,
    milliseconds,
    of_product,
    positive,
    time_of,
)
from oirisk.schemas.calls import Call
from oirisk.schemas.history import Feed, InterestPoint, Liquidation, VenueHistory, Window
from oirisk.schemas.instruments import Instrument

_TIME, _MARK, _INTEREST = 0, 14, 17
_STATUS_FIELDS = 18
_LIQUIDATION_FIELDS = 12


def parse_interest(body: Any, _instrument: Instrument) -> list[InterestPoint]:  # noqa: ANN401
    """Read ``status/deriv/{symbol}/hist``: open interest in coins beside the mark price."""
    return [
        InterestPoint(
            time_of(row[_TIME]),
            "bitfinex.perp.open_interest",
            finite(row[_INTEREST], "open interest"),
            mark_price=positive(None if row[_MARK] is None else finite(row[_MARK], "mark price")),
        )
        for row in lists_at(body)
        if len(row) >= _STATUS_FIELDS and row[_INTEREST] is not None
    ]


def parse_liquidations(body: Any, instrument: Instrument) -> list[Liquidation]:  # noqa: ANN401
    """Read ``liquidations/hist``; the amount is the position's, negative for shorts.

    Only executions count: the row that merely announces one has 0 as its ninth field.
    """
    found = []
    for group in lists_at(body):
        for row in group if group and isinstance(group[0], list) else [group]:
            if len(row) >= _LIQUIDATION_FIELDS and row[4] == instrument.market_id and row[8] == 1:
                amount = finite(row[5], "amount")
                price = positive(None if row[11] is None else finite(row[11], "price"))
                found.append(
                    Liquidation(
                        time_of(row[2]),
                        "short" if amount < 0 else "long",
                        abs(amount),
                        price,
                        None if price is None else abs(amount) * price,
                        "lower_bound",
                        event_id=str(row[1]),
                    )
                )
    return found


def _call(instrument: Instrument, window: Window) -> Call:
    params = {
        "symbol": instrument.market_id,
        "start": milliseconds(window.since),
        "end": last_millisecond(window),
        "limit": "5000",
        "sort": "1",
    }
    return Call("publicGetStatusDerivSymbolHist", params)


HISTORY = VenueHistory(
    venue="bitfinex",
    feeds=(
        Feed("open_interest", "history_oi", of_product("perp"), _call, parse_interest,
             timedelta(days=3)),
    ),
    lacks={"positioning": "Bitfinex tells no long/short ratios of derivatives"},
)  # fmt: skip
