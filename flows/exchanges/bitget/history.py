"""Bitget: account ratios; the printed ratio is not long / short, so the shares are taken."""

from datetime import timedelta
from typing import Any

from oirisk.flows.exchanges.reading import objects_at, of_product, required, share_of_sides, time_of
from oirisk.schemas.calls import Call
from oirisk.schemas.history import Feed, SharePoint, VenueHistory, Window
from oirisk.schemas.instruments import Instrument


def parse_account(body: Any, _instrument: Instrument) -> list[SharePoint]:  # noqa: ANN401
    """Read ``mix/market/account-long-short``."""
    found = (
        share_of_sides(
            time_of(row.get("ts")),
            "account",
            "5m",
            (required(row, "longAccountRatio"), required(row, "shortAccountRatio")),
        )
        for row in objects_at(body, "data")
    )
    return [point for point in found if point is not None]


def _call(instrument: Instrument, _window: Window) -> Call:
    params = {"symbol": instrument.market_id, "period": "5m"}
    return Call("publicMixGetV2MixMarketAccountLongShort", params)


HISTORY = VenueHistory(
    venue="bitget",
    feeds=(
        Feed("positioning", "history_account", of_product("usdt", "usdc"), _call, parse_account,
             timedelta(days=1), timedelta(days=1), is_windowed=False),
    ),
    lacks={
        "open_interest": "Bitget has no open-interest history",
        "positioning": "Bitget tells the newest account ratios only",
    },
)  # fmt: skip
