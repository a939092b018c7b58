"""Gate's options: tickers of one underlying, which tell no price of it."""

from oirisk.schemas.option_figures import GREEKS, OptionFigures
from oirisk.transforms.decode import rows_at

OPTIONS = OptionFigures(
    venue="gate",
    rows=rows_at(),
    market_id="name",
    evidence="Measured on a ticker of 2023-12: volatility, premium and vega give one forward and "
    "one time by Black 1976, and these give back delta (-0.69399 for -0.69397)",
    told_by=(GREEKS,),
    mark_iv="mark_iv",
    bid_iv="bid_iv",
    ask_iv="ask_iv",
    mark_price="mark_price",
    delta="delta",
    gamma="gamma",
    vega="vega",
    theta="theta",
    delta_convention="black",
)
