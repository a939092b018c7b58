"""History of Binance USDⓈ-M."""

from oirisk.flows.exchanges.binance.futures_history import (
    LACKS,
    feed,
    parse_account,
    parse_taker,
    parse_top_account,
    parse_top_position,
    parse_usdm_interest,
    usdm_call,
)
from oirisk.schemas.history import VenueHistory

HISTORY = VenueHistory(
    venue="binanceusdm",
    lacks=LACKS,
    feeds=(
        feed("open_interest", "history_oi", usdm_call("OpenInterestHist"),
              parse_usdm_interest, "linear"),
        feed("positioning", "history_account", usdm_call("GlobalLongShortAccountRatio"),
              parse_account, "linear"),
        feed("positioning", "history_top_account", usdm_call("TopLongShortAccountRatio"),
              parse_top_account, "linear"),
        feed("positioning", "history_top_position",
              usdm_call("TopLongShortPositionRatio"), parse_top_position, "linear"),
        feed("positioning", "history_taker", usdm_call("TakerlongshortRatio"),
              parse_taker, "linear"),
    ),
)  # fmt: skip
