"""KuCoin: open interest in contracts, and two generations of risk limits."""

from datetime import timedelta
from typing import Any

from oirisk.flows.exchanges.reading import (
    last_millisecond,
    milliseconds,
    objects_at,
    of_product,
    optional,
    required,
    time_of,
)
from oirisk.schemas.calls import Call
from oirisk.schemas.history import Feed, InterestPoint, Tier, VenueHistory, Window
from oirisk.schemas.instruments import Instrument


def parse_interest(body: Any, instrument: Instrument) -> list[InterestPoint]:  # noqa: ANN401
    """Read ``ua/v1/market/open-interest``: contracts."""
    rule = f"kucoinfutures.{instrument.product}.openInterest"
    return [
        InterestPoint(time_of(row.get("ts")), rule, required(row, "openInterest"))
        for row in objects_at(body, "data")
    ]


def parse_tiers(body: Any, instrument: Instrument) -> list[Tier]:  # noqa: ANN401
    """Read ``contracts/risk-limit`` or ``market/position-tiers``: sizes in the settle currency."""
    return [
        Tier(
            optional(row, "minSize") if "minSize" in row else optional(row, "minRiskLimit"),
            optional(row, "maxSize") if "maxSize" in row else optional(row, "maxRiskLimit"),
            "usd" if instrument.margin == "linear" else "base",
            optional(row, "maxLeverage"),
            optional(row, "maintainMarginRate" if "maxSize" in row else "maintainMargin"),
        )
        for row in objects_at(body, "data")
        if row.get("symbol") == instrument.market_id
    ]


def _call(instrument: Instrument, window: Window) -> Call:
    params = {
        "symbol": instrument.market_id,
        "interval": "5min",
        "startAt": milliseconds(window.since),
        "endAt": last_millisecond(window),
        "pageSize": "200",
    }
    return Call("utaGetMarketOpenInterest", params)


HISTORY = VenueHistory(
    venue="kucoinfutures",
    feeds=(
        Feed("open_interest", "history_oi", of_product("linear", "inverse"), _call, parse_interest,
             timedelta(minutes=5) * 200),
    ),
    lacks={"positioning": "KuCoin tells no long/short ratios"},
)  # fmt: skip
