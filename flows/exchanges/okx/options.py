"""OKX's options: the summary prints two sets of greeks, of the value in coins and in USD.

``deltaBS`` and its like are taken, which are in USD; ``delta`` is that of the value in coins, less
by the premium in coins. The summary tells no premium.
"""

from oirisk.schemas.option_figures import GREEKS, OptionFigures
from oirisk.transforms.decode import rows_at

OPTIONS = OptionFigures(
    venue="okx",
    rows=rows_at("data"),
    market_id="instId",
    evidence="OKX API v5, opt-summary: fwdPx is the implied forward, delta in coins, deltaBS in "
    "USD. Measured on one of 2023-11-10: deltaBS less delta is 0.2220, the premium in "
    "coins by Black 1976 at fwdPx is 0.2228",
    told_by=(GREEKS,),
    mark_iv="markVol",
    bid_iv="bidVol",
    ask_iv="askVol",
    underlying_price="fwdPx",
    underlying_kind="forward",
    delta="deltaBS",
    gamma="gammaBS",
    vega="vegaBS",
    theta="thetaBS",
    delta_convention="black",
    observed_at="ts",
)
