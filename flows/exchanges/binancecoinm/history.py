"""History of Binance COIN-M."""

from oirisk.flows.exchanges.binance.futures_history import (
    LACKS,
    coinm_call,
    feed,
    parse_account,
    parse_coinm_interest,
    parse_top_account,
    parse_top_position,
)
from oirisk.schemas.history import VenueHistory

HISTORY = VenueHistory(
    venue="binancecoinm",
    lacks=LACKS,
    feeds=(
        feed("open_interest", "history_oi", coinm_call("OpenInterestHist"),
              parse_coinm_interest, "inverse"),
        feed("positioning", "history_account", coinm_call("GlobalLongShortAccountRatio"),
              parse_account, "inverse"),
        feed("positioning", "history_top_account", coinm_call("TopLongShortAccountRatio"),
              parse_top_account, "inverse"),
        feed("positioning", "history_top_position",
              coinm_call("TopLongShortPositionRatio"), parse_top_position, "inverse"),
    ),
)  # fmt: skip
