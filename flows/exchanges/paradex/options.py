"""Paradex's options: the summary tells everything; those without an expiry are perpetual.

Vega is by a volatility of 1. No theta is told.
"""

from oirisk.schemas.option_figures import OptionFigures
from oirisk.transforms.decode import rows_at

OPTIONS = OptionFigures(
    venue="paradex",
    rows=rows_at("results"),
    market_id="symbol",
    evidence="Paradex documentation, greeks: Black 1976 at a forward that is not told, greeks by "
    "the spot price, so a delta is that of the forward times forward over spot. Measured "
    "on a perpetual put of 2025-05-19: delta -0.98726, adjusted by its premium it would "
    "be below -1.09; vega over gamma fits a volatility of 1, by a point it would be years "
    "of time in a premium at its intrinsic value",
    told_by=("summary",),
    mark_iv="mark_iv",
    bid_iv="bid_iv",
    ask_iv="ask_iv",
    mark_price="mark_price",
    underlying_price="underlying_price",
    underlying_kind="spot",
    delta="greeks.delta",
    gamma="greeks.gamma",
    vega="greeks.vega",
    delta_convention="black",
    vega_scale=100,
)
