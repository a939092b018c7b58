"""Derive's options: the ticker tells everything, at the forward of the expiry.

The premium is discounted, by 0.95 over a year in the answer known, which those of others are not:
solved for a volatility it gives less than the one told.
"""

from oirisk.schemas.option_figures import OptionFigures
from oirisk.transforms.decode import values_at

_PRICING = "option_pricing"

OPTIONS = OptionFigures(
    venue="derive",
    rows=values_at("result", "tickers", key="instrument_name"),
    market_id="instrument_name",
    evidence="Derive's own names of the fields: f is the forward. Measured on a ticker of "
    "2026-10-03: f over the index I is 1.0521, one over df; at the strike that fits, "
    "Black 1976 at f until 08:00 gives delta and vega (-0.434 for -0.433, 346.6 for "
    "346.5), adjusted by the premium delta would be below -0.57; the premium discounted "
    "by df is 1.4 % below the one told",
    told_by=("option",),
    mark_iv=f"{_PRICING}.i",
    bid_iv=f"{_PRICING}.bi",
    ask_iv=f"{_PRICING}.ai",
    mark_price=f"{_PRICING}.m",
    underlying_price=f"{_PRICING}.f",
    underlying_kind="forward",
    delta=f"{_PRICING}.d",
    gamma=f"{_PRICING}.g",
    vega=f"{_PRICING}.v",
    theta=f"{_PRICING}.t",
    delta_convention="black",
    observed_at="t",
)
