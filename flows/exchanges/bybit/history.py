"""Bybit: open interest to the listing date, counted on both sides, and account ratios."""

from datetime import timedelta
from typing import Any

from oirisk.flows.exchanges.reading import (
    finite,
    last_millisecond,
    milliseconds,
    objects_at,
    of_product,
    optional,
    required,
    share_of_sides,
    time_of,
)
from oirisk.schemas.calls import Call
from oirisk.schemas.history import Feed, InterestPoint, SharePoint, Tier, VenueHistory, Window
from oirisk.schemas.instruments import Instrument
from oirisk.transforms.decode import pick

_PERCENT_ABOVE = 2


def parse_interest(body: Any, instrument: Instrument) -> list[InterestPoint]:  # noqa: ANN401
    """Read ``v5/market/open-interest``: base coin (linear) or USD (inverse)."""
    line = f"bybit.{instrument.product}"
    points = []
    for row in objects_at(body, "result", "list"):
        field = "singleOpenInterest" if row.get("singleOpenInterest") else "openInterest"
        value = finite(row.get(field), field)
        points.append(InterestPoint(time_of(row.get("timestamp")), f"{line}.{field}", value))
    return points


def parse_account(body: Any, _instrument: Instrument) -> list[SharePoint]:  # noqa: ANN401
    """Read ``v5/market/account-ratio``."""
    found = (
        share_of_sides(
            time_of(row.get("timestamp")),
            "account",
            "5m",
            (required(row, "buyRatio"), required(row, "sellRatio")),
        )
        for row in objects_at(body, "result", "list")
    )
    return [point for point in found if point is not None]


def parse_tiers(body: Any, instrument: Instrument) -> list[Tier]:  # noqa: ANN401
    """Read ``v5/market/risk-limit``: limits in USD (linear) or coins (inverse).

    Margins were printed in percent once and are fractions now; the leverage tells which.
    """
    unit = pick(body, "result.category")
    rows = [
        row
        for row in objects_at(body, "result", "list")
        if row.get("symbol") == instrument.market_id
    ]
    tiers: list[Tier] = []
    floor = finite(0, "floor")
    for row in sorted(rows, key=lambda row: required(row, "riskLimitValue")):
        cap = required(row, "riskLimitValue")
        leverage, initial = required(row, "maxLeverage"), required(row, "initialMargin")
        scale = 100 if leverage * initial > _PERCENT_ABOVE else 1
        tiers.append(
            Tier(
                floor,
                cap,
                "base" if unit == "inverse" else "usd",
                leverage,
                required(row, "maintenanceMargin") / scale,
                optional(row, "mmDeduction"),
            )
        )
        floor = cap
    return tiers


def _interest_call(instrument: Instrument, window: Window) -> Call:
    params = {"intervalTime": "5min", "limit": "200", **_common(instrument, window)}
    return Call("publicGetV5MarketOpenInterest", params)


def _account_call(instrument: Instrument, window: Window) -> Call:
    params = {"period": "5min", "limit": "500", **_common(instrument, window)}
    return Call("publicGetV5MarketAccountRatio", params)


def _common(instrument: Instrument, window: Window) -> dict[str, str]:
    return {
        "category": instrument.product,
        "symbol": instrument.market_id,
        "startTime": milliseconds(window.since),
        "endTime": last_millisecond(window),
    }


HISTORY = VenueHistory(
    venue="bybit",
    feeds=(
        Feed("open_interest", "history_oi", of_product("linear", "inverse"), _interest_call,
             parse_interest, timedelta(minutes=5) * 200),
        Feed("positioning", "history_account", of_product("linear", "inverse"), _account_call,
             parse_account, timedelta(minutes=5) * 500),
    ),
    lacks={
        "positioning": "Bybit tells the account ratio only, no top traders and no takers",
        "liquidations": "Bybit tells liquidations by WebSocket only",
    },
)  # fmt: skip
