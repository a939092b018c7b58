"""Bybit's options: the ticker tells everything, at the forward of the expiry."""

from oirisk.schemas.option_figures import OptionFigures
from oirisk.transforms.decode import rows_at

OPTIONS = OptionFigures(
    venue="bybit",
    rows=rows_at("result", "list"),
    market_id="symbol",
    evidence="Measured on tickers of 2023-11-10 and 2024-03-23: Black 1976 at underlyingPrice "
    "until 08:00 gives premium and delta (3272.82 for 3273.02, 0.49637 for 0.49641); "
    "indexPrice is 2 and 11 % below it and gives 2861.91",
    told_by=("option",),
    mark_iv="markIv",
    bid_iv="bid1Iv",
    ask_iv="ask1Iv",
    mark_price="markPrice",
    underlying_price="underlyingPrice",
    underlying_kind="forward",
    delta="delta",
    gamma="gamma",
    vega="vega",
    theta="theta",
    delta_convention="black",
)
