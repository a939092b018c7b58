"""What a briefing says of options: what is open, where, what hedging it asks for, and its terms.

Volatilities are fractions a year, differences of two are printed in points. A net of gamma rests on
an assumed dealer; the gross does not.
"""

from datetime import datetime
from typing import Annotated

from oirisk.schemas.report.parts import Figure, Part, Said, Source

NO_PAIR = "no option is known at both ends"
_NO_CALLS = "no calls are open"
_NOTHING = "nothing is open"
_NO_MARK = "no exchange sent a mark price"
_NO_IV = "no volatility is known"
_NO_GAMMA = "no option has a known volatility"
NO_HORIZON = "no smiles of expiries on both sides of 30 days"
_NO_PRICE = "no price is known"
NO_FLIP = "the net has one sign from half to twice the price"


class OptionRow(Part):
    """Options of one asset, all exchanges together.

    Max pain is of ``expiry``, the next one that holds a tenth of what is open, else the fullest; of
    equal strikes from the lowest to ``max_pain_high``.
    """

    asset: str
    oi_base: Annotated[Figure, Source(reason=_NOTHING)]
    oi_usd: Annotated[Figure, Source(reason=_NO_PRICE)]
    change_24h: Annotated[Figure, Source("change_24h_base", reason=NO_PAIR)]
    put_call_ratio: Annotated[Figure, Source(unit="ratio", reason=_NO_CALLS)]
    expiry: datetime | None
    expiry_oi_base: Annotated[Figure, Source(reason=_NOTHING)]
    expiry_oi_usd: Annotated[Figure, Source(reason=_NO_PRICE)]
    expiry_put_call_ratio: Annotated[Figure, Source(unit="ratio", reason=_NO_CALLS)]
    max_pain: Annotated[Figure, Source(unit="price", reason=_NOTHING)]
    max_pain_high: Annotated[Figure, Source(unit="price", reason=_NOTHING)]
    max_pain_distance: Annotated[Figure, Source("max_pain_distance_pct", reason=_NO_PRICE)]
    expiring_7d: Annotated[Figure, Source("share_expiring_7d", reason=_NOTHING)]
    atm_iv_30d: Annotated[Figure, Source(unit="share", reason=NO_HORIZON)]
    risk_reversal: Annotated[Figure, Source("risk_reversal_25d_30d", "pp", NO_HORIZON, scale=100)]
    realised_vol_30d: Annotated[Figure, Source(unit="share")]
    iv_minus_realised: Annotated[Figure, Source("iv_minus_realised_30d", "pp", scale=100)]
    gex_gross_usd: Annotated[Figure, Source(reason=_NO_GAMMA)]
    gex_net_naive_usd: Annotated[Figure, Source(reason=_NO_GAMMA)]
    gex_net_short_all_usd: Annotated[Figure, Source(reason=_NO_GAMMA)]
    gamma_flip: Annotated[Figure, Source(unit="price", reason=_NO_GAMMA)]
    dex_base: Annotated[Figure, Source(reason=_NO_GAMMA)]
    greeks_covered: Annotated[Figure, Source("greeks_covered_share", reason=_NOTHING)]
    coverage: Annotated[Figure, Source(unit="share", reason="unknown")]


class ExpiryRow(Part):
    """What expires together, all exchanges together; premium and gamma of their covered part."""

    asset: str
    expiry: datetime
    time_left: Annotated[Figure, Source("days_to_expiry", "hours", scale=24)]
    oi_base: Annotated[Figure, Source(reason=_NOTHING)]
    oi_usd: Annotated[Figure, Source(reason=_NO_PRICE)]
    put_call_ratio: Annotated[Figure, Source(unit="ratio", reason=_NO_CALLS)]
    premium_usd: Annotated[Figure, Source(reason=_NO_MARK)]
    premium_covered: Annotated[Figure, Source("premium_covered_share", reason=_NOTHING)]
    max_pain: Annotated[Figure, Source(unit="price", reason=_NOTHING)]
    max_pain_high: Annotated[Figure, Source(unit="price", reason=_NOTHING)]
    max_pain_distance: Annotated[Figure, Source("max_pain_distance_pct", reason=_NO_PRICE)]
    atm_iv: Annotated[Figure, Source(unit="share", reason=_NO_IV)]
    risk_reversal: Annotated[Figure, Source("risk_reversal_25d", "pp", _NO_IV, scale=100)]
    gex_gross_usd: Annotated[Figure, Source(reason=_NO_GAMMA)]
    greeks_covered: Annotated[Figure, Source("greeks_covered_share", reason=_NOTHING)]


class FutureRow(Part):
    """One dated future against its index; the basis a year is simple, by days of 365."""

    asset: str
    venue: str
    symbol: str
    expiry: datetime | None
    time_left: Annotated[Figure, Source("days", "hours", "expiry unknown", scale=24)]
    basis: Annotated[Figure, Source("basis_pct")]
    basis_annualised: Annotated[Figure, Source("basis_annualised_pct")]
    oi_usd: Figure


class Strike(Part):
    """What is open at one strike, in coins."""

    strike: float
    call_oi_base: float
    put_oi_base: float


class Ladder(Part):
    """Strikes of one asset around its price, expiries of the next ``LADDER_DAYS`` together."""

    asset: str
    price: float
    strikes: tuple[Strike, ...]


class SmilePoint(Part):
    """Volatility and risk reversal of 30 days at one snapshot; ``None`` where not known."""

    at: datetime
    atm_iv_30d: float | None
    risk_reversal: Annotated[float | None, Source("risk_reversal_25d_30d", scale=100)]


class SmileHistory(Part):
    """Volatility of one asset over time."""

    asset: str
    points: tuple[SmilePoint, ...]


LADDER_DAYS = Figure(value=35, unit="count")
"""How far ahead the expiries of a ladder lie: ``report/options_ladder.sql``."""


class Options(Part):
    """All of it; empty where no exchange that is asked tells of options.

    ``brief`` is what the mail says. ``counted`` says what the figures rest on.
    """

    assets: tuple[OptionRow, ...] = ()
    assets_total: int = 0
    brief: tuple[Said, ...] = ()
    counted: Said = ""
    expiries: tuple[ExpiryRow, ...] = ()
    futures: tuple[FutureRow, ...] = ()
    ladders: tuple[Ladder, ...] = ()
    smiles: tuple[SmileHistory, ...] = ()
