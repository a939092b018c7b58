"""Delta's options: the ticker tells everything, at the spot price in place of a forward."""

from oirisk.schemas.option_figures import OptionFigures
from oirisk.transforms.decode import rows_or_object_at

OPTIONS = OptionFigures(
    venue="delta",
    rows=rows_or_object_at("result"),
    market_id="symbol",
    evidence="Measured on tickers of 2023-07-20 and 2023-11-10: Black 1976 at greeks.spot, which "
    "is spot_price, until 12:00 gives the premium (6955.705 for 6955.707 by mark_vol) and "
    "delta (0.67324 for 0.67325)",
    told_by=("tickers", "tickers_single"),
    mark_iv="quotes.mark_iv",
    bid_iv="quotes.bid_iv",
    ask_iv="quotes.ask_iv",
    mark_price="mark_price",
    underlying_price="greeks.spot",
    underlying_kind="spot",
    delta="greeks.delta",
    gamma="greeks.gamma",
    vega="greeks.vega",
    theta="greeks.theta",
    delta_convention="black",
    observed_at="timestamp",
    observed_unit="us",
)
