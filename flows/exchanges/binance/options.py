"""Binance's options: marks of all of them in one answer, which tells no price of the underlying."""

from oirisk.schemas.option_figures import GREEKS, OptionFigures
from oirisk.transforms.decode import rows_at

OPTIONS = OptionFigures(
    venue="binance",
    rows=rows_at(),
    market_id="symbol",
    evidence="Measured on a mark of 2023-11-10: volatility, delta, gamma and vega give one forward "
    "and one time by Black 1976, and these give back the premium (2012.48 for 2012) and "
    "theta",
    told_by=(GREEKS,),
    mark_iv="markIV",
    bid_iv="bidIV",
    ask_iv="askIV",
    mark_price="markPrice",
    delta="delta",
    gamma="gamma",
    vega="vega",
    theta="theta",
    delta_convention="black",
)
