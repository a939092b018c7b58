"""What a briefing says of forced closes: the map, what it is worth, and what it implies.

Everything but :class:`ObservedRow` and the measured part of the map is modelled, hence a band:
the least and the most under the stated and the learned mixes of leverage.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from oirisk.schemas.report.parts import Band, Figure, Part, Rows, Said, Source

TABLE_ASSETS = 10
"""Assets in the tables; all are in the marts."""

_FEW = "price crossed too few bins"
_STALE = "the exchange's open interest is not fresh"

Side = Literal["long", "short"]
Verdict = Literal["not meaningful", "no skill", "worse than chance", "better than chance"]


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
    mass_to_depth: Annotated[Figure, Source(unit="ratio")]


class TrackRow(Part):
    """How often the fullest quarter of yesterday's map was where positions were closed."""

    asset: str
    prior: str
    days: int
    nights: int
    bins: Annotated[int, Source("n_bins")]
    precision: Annotated[Figure, Source(unit="share", reason=_FEW)]
    chance: Annotated[Figure, Source(unit="share", reason=_FEW)]
    lift: Annotated[Figure, Source(unit="ratio", reason=_FEW)]
    wilson_low: Annotated[Figure, Source(unit="share", reason=_FEW)]
    wilson_high: Annotated[Figure, Source(unit="share", reason=_FEW)]
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

    rank: Annotated[int, Source("systemic_rank")]
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
    shortfall: Annotated[Band, Source(band=("es_usd", "es_low", "es_high"))]
    scenarios: int
    worst_return_pct: float
    is_meaningful: Annotated[bool, Source("meaningful")]


class LeverageRow(Part):
    """One mix of leverage: stated, learned from falls of open interest, or observed."""

    source: Literal["stated", "learned", "observed"]
    name: str
    asset: str
    below_3x: float
    from_3x_to_7x: float
    above_7x: float
    learned_at: datetime | None = None
    fit: Annotated[Figure, Source("r2", "ratio")]
    steps: int | None = None


class ObservedRow(Part):
    """How much of an exchange's open interest the observed accounts hold, in one asset."""

    asset: str
    venue: str
    accounts: int
    positions: int
    long_base: float
    short_base: float
    long_share: Annotated[Figure, Source(reason=_STALE)]
    short_share: Annotated[Figure, Source(reason=_STALE)]


class Liquidations(Part):
    """All of it. ``missing`` says of each table that is empty why it is."""

    observed_at: datetime | None = None
    observed_note: Said = ""
    maps: tuple[LiquidationMap, ...] = ()
    reach: tuple[ReachRow, ...] = ()
    track: tuple[TrackRow, ...] = ()
    stress: tuple[StressRow, ...] = ()
    contagion: Annotated[tuple[ContagionRow, ...], Rows("contagion")] = ()
    at_risk: Annotated[tuple[AtRiskRow, ...], Rows("liquidations_at_risk", 2 * TABLE_ASSETS)] = ()
    leverage: tuple[LeverageRow, ...] = ()
    observed: Annotated[tuple[ObservedRow, ...], Rows("observed", TABLE_ASSETS)] = ()
    missing: Mapping[str, Said] = {}
