"""What a briefing says of forced closes: the map, what it is worth, and what it implies.

Everything but :class:`ObservedRow` and the measured part of the map is modelled, hence a band:
the least and the most under the stated and the learned mixes of leverage.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from oirisk.schemas.report.parts import Figure, Part

Side = Literal["long", "short"]
Verdict = Literal["not meaningful", "no skill", "worse than chance", "better than chance"]


class Band(Part):
    """A modelled amount in USD: under the base mix of leverage, and the range over all mixes."""

    usd: float
    low: float
    high: float


class MapBin(Part):
    """What forced closes would take in one price bin; ``measured`` is what observed accounts do."""

    side: Side
    price_low: float
    price_high: float
    modelled: Band
    measured: float


class LiquidationMap(Part):
    """The liquidation map of one asset around its mark price."""

    asset: str
    price: float
    bins: tuple[MapBin, ...]


class ReachRow(Part):
    """What would be closed by force until price has moved so far, on one side.

    ``mass_to_depth`` is what stands within 5 % over what the order books take within 2 %, both on
    the exchanges whose books were read.
    """

    asset: str
    side: Side
    price: float
    within_2_pct: Band
    within_5_pct: Band
    within_10_pct: Band
    depth_2pct_usd: Figure
    mass_to_depth: Figure


class TrackRow(Part):
    """How often the fullest quarter of yesterday's map was where positions were closed."""

    asset: str
    prior: str
    days: int
    nights: int
    bins: int
    precision: Figure
    chance: Figure
    lift: Figure
    wilson_low: Figure
    wilson_high: Figure
    verdict: Verdict


class StressRow(Part):
    """A price shock and what it would set off, at one part of the depth that was read.

    ``covered_share`` is the part of the open interest on exchanges whose order books were read.
    """

    asset: str
    shock_pct: float
    depth_factor: float
    liquidated: Band
    move_pct: float
    move_low_pct: float
    move_high_pct: float
    reproduction_number: float
    stop_reason: str
    covered_share: float


class ContagionRow(Part):
    """What forced sales on one exchange would cost positions on the others."""

    rank: int
    venue: str
    forced_share: float
    loss_usd: float
    most_hit: str
    most_hit_usd: float
    oi_covered: float
    covered_share: float


class AtRiskRow(Part):
    """Forced closes in the worst of past days, were one to come now."""

    asset: str
    alpha: float
    at_risk: Band
    shortfall: Band
    scenarios: int
    worst_return_pct: float
    is_meaningful: bool


class LeverageRow(Part):
    """One mix of leverage: stated, learned from falls of open interest, or observed."""

    source: Literal["stated", "learned", "observed"]
    name: str
    asset: str
    below_3x: float
    from_3x_to_7x: float
    above_7x: float
    learned_at: datetime | None = None
    fit: Figure
    steps: int | None = None


class ObservedRow(Part):
    """How much of an exchange's open interest the observed accounts hold, in one asset."""

    asset: str
    venue: str
    accounts: int
    positions: int
    long_base: float
    short_base: float
    long_share: Figure
    short_share: Figure


class Liquidations(Part):
    """All of it. ``missing`` says of each table that is empty why it is."""

    observed_at: datetime | None = None
    observed_note: str = ""
    maps: tuple[LiquidationMap, ...] = ()
    reach: tuple[ReachRow, ...] = ()
    track: tuple[TrackRow, ...] = ()
    stress: tuple[StressRow, ...] = ()
    contagion: tuple[ContagionRow, ...] = ()
    at_risk: tuple[AtRiskRow, ...] = ()
    leverage: tuple[LeverageRow, ...] = ()
    observed: tuple[ObservedRow, ...] = ()
    missing: Mapping[str, str] = {}
