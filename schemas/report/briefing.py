"""What one briefing says: the contract between the warehouse, the templates and ``report.json``.

Every quantity that may be unknown is a :class:`Figure`: a value, or the reason why there is none.
Percentages are in percent (1.5 means 1.5 %), shares are fractions from 0 to 1, money is USD,
open interest is single-sided, instants are UTC.
"""

from datetime import datetime
from typing import Annotated, Literal

from oirisk.schemas.report.limits import Limits
from oirisk.schemas.report.liquidations import Liquidations
from oirisk.schemas.report.methods import Method
from oirisk.schemas.report.options import Options
from oirisk.schemas.report.parts import Figure, Part, Rows, Said, Source, Unit
from oirisk.schemas.report.uncounted import PoolRow, WeeklyRow

__all__ = [
    "AssetRow", "Change", "ClusterRow", "CoverageRow", "Figure", "Liquidations", "Method",
    "OiHistory", "OiPoint", "PoolRow", "Profile", "ProfileBin", "Query", "RejectRow", "Report",
    "Said", "Sentence", "Tile", "Unit", "VenueRow", "VenueShare", "WeeklyRow", "Withheld",
]  # fmt: skip


NO_DAY = "no comparable snapshot a day earlier"
NO_WEEK = "no comparable snapshot a week earlier"
NO_FUNDING = "no perpetual has a known rate and interval"
_NO_VOLUME = "no exchange sent a volume above zero"
_NOTHING_OPEN = "no open interest"
_NO_BAND = "what options hold at a strike is published, not modelled"
_UNDATED = "entries are dated; levels are not, nor do exchanges say when options were opened"
_NO_ROWS = Source(unit="share", reason="the exchange gave no row")


class Sentence(Part):
    """One sentence and the method it rests on (``M03`` …)."""

    text: Said
    method: str


class Tile(Part):
    """One headline number."""

    id: str
    label: str
    figure: Figure
    note: Said = ""
    method: str


class AssetRow(Part):
    """One asset, all futures venues together."""

    asset: str
    oi_base: Figure
    oi_usd: Figure
    change_24h_pct: Annotated[Figure, Source(reason=NO_DAY)]
    change_7d_pct: Annotated[Figure, Source(reason=NO_WEEK)]
    flow_usd_24h: Annotated[Figure, Source(reason=NO_DAY)]
    price: Annotated[Figure, Source(reason="no exchange sent a price")]
    price_change_24h_pct: Annotated[Figure, Source(reason=NO_DAY)]
    cell: str
    cell_reason: str = ""
    funding_8h: Annotated[Figure, Source("funding_8h_oi_weighted", "rate", NO_FUNDING)]
    funding_covered: Annotated[
        Figure | None, Source("funding_covered_share", reason="no perpetuals")
    ] = None
    oi_to_volume: Annotated[Figure, Source(unit="ratio", reason=_NO_VOLUME)]
    volume_covered: Annotated[
        Figure | None, Source("volume_covered_share", reason=_NOTHING_OPEN)
    ] = None
    top_venue: str
    top_venue_share: Annotated[Figure, Source(reason=_NOTHING_OPEN)]
    coverage: Annotated[Figure, Source(unit="share", reason="unknown")]


class ClusterRow(Part):
    """One concentration of positions on the price axis, nearest first. Modelled, hence a band."""

    asset: str
    kind: str
    side: str
    price_low: float
    price_high: float
    price_peak: float
    base: float
    usd: float
    usd_low: Annotated[Figure, Source(reason=_NO_BAND)]
    usd_high: Annotated[Figure, Source(reason=_NO_BAND)]
    share: float
    distance_pct: float
    venues_hhi: Annotated[Figure, Source(unit="ratio", reason="unknown")]
    age_hours: Annotated[Figure, Source(reason=_UNDATED)]
    status: str


class VenueRow(Part):
    """One product line of one exchange: what it sends and how far that is proven.

    Field, unit and factor are those of most of its open interest; ``other_rules`` names the unit
    rules of the rest.
    """

    venue: str
    product: str
    field: str
    unit: str
    unit_evidence: str
    counting_factor: float
    counting_evidence: str
    other_rules: Annotated[str, Source("other_unit_rules")] = ""
    oi_usd: Figure
    share: Annotated[Figure, Source(reason="no total")]
    share_change_24h_pp: Figure
    instruments: Annotated[int, Source("instruments_fresh")]
    age: Annotated[Figure, Source("age_minutes", "hours", scale=1 / 60)]


class CoverageRow(Part):
    """How one exchange answered this run."""

    venue: str
    status: str
    expected: Annotated[int, Source("instruments_expected")]
    received: int
    accepted: int
    rejected: int
    requests: int
    seconds: float
    error: str


class RejectRow(Part):
    """Rows that validation refused, grouped by exchange and check, with one example."""

    venue: str
    check_name: str
    count: int
    example_symbol: str
    example_reason: str


class QualityRow(Part):
    """How far the figures of one exchange can be relied on: five shares, and the least of them."""

    venue: str
    score: float
    completeness: float
    freshness: Annotated[Figure, _NO_ROWS]
    validity: Annotated[Figure, _NO_ROWS]
    consistency: Annotated[Figure, _NO_ROWS]
    convention: Annotated[Figure, _NO_ROWS]
    findings: int


class AuditRow(Part):
    """What the auditor found, grouped by exchange and check, with the example furthest off."""

    venue: str
    check_name: str
    severity: Literal["error", "warning"]
    count: int
    example_symbol: str
    detail: str


class Change(Part):
    """What moved, in 24 hours or since the last report; ``subject`` is what."""

    kind: Literal["asset", "venue", "cluster", "coverage", "method"]
    subject: str
    text: Said
    method: str


class Withheld(Part):
    """A number that was not printed, and why."""

    what: Said
    reason: Said


class OiPoint(Part):
    """One point of an asset's history; ``None`` where the total was withheld."""

    at: datetime
    oi_base: float | None
    oi_usd: float | None
    price: float | None


class OiHistory(Part):
    """Open interest and price of one asset over time."""

    asset: str
    points: tuple[OiPoint, ...]


class VenueShare(Part):
    """Share of one venue in all futures open interest."""

    venue: str
    oi_usd: float
    share: float


class ProfileBin(Part):
    """Surviving positions by entry price, one log-spaced bin (modelled, M21)."""

    side: Literal["long", "short"]
    price_low: float
    price_high: float
    usd: float


class Profile(Part):
    """Entry-price profile of one asset around its mark price."""

    asset: str
    price: float
    bins: tuple[ProfileBin, ...]


class Query(Part):
    """SQL that reproduces a section from the published warehouse."""

    section: str
    sql: str


class Report(Part):
    """Everything one briefing says.

    ``is_history``: no run asked the exchanges, all is from imported or backfilled files;
    ``is_mapped``: positions were placed at prices for this instant; ``oi_coverage`` is that of
    marts.oi_market.
    """

    run_id: str
    version: str
    as_of: datetime
    data_cutoff: datetime | None
    previous_as_of: datetime | None
    next_run: datetime | None
    is_simulated: bool
    is_history: bool = False
    is_mapped: bool = True
    is_degraded: bool
    venues_fresh: int
    venues_total: int
    oi_coverage: Figure
    limits: Limits = Limits()
    bottom_line: tuple[Sentence, ...]
    tiles: tuple[Tile, ...]
    beside: tuple[Sentence, ...] = ()
    changes: tuple[Change, ...]
    assets: tuple[AssetRow, ...]
    assets_total: int
    clusters: tuple[ClusterRow, ...]
    clusters_shown: int = 20
    liquidations: Liquidations = Liquidations()
    options: Options = Options()
    venues: tuple[VenueRow, ...]
    weekly: Annotated[tuple[WeeklyRow, ...], Rows("cftc")] = ()
    pools: Annotated[tuple[PoolRow, ...], Rows("pools")] = ()
    coverage: Annotated[tuple[CoverageRow, ...], Rows("coverage")]
    rejects: Annotated[tuple[RejectRow, ...], Rows("rejects")]
    quality: Annotated[tuple[QualityRow, ...], Rows("quality")] = ()
    audit: Annotated[tuple[AuditRow, ...], Rows("audit")] = ()
    withheld: tuple[Withheld, ...]
    assumptions: tuple[Said, ...]
    history: tuple[OiHistory, ...]
    venue_shares: tuple[VenueShare, ...]
    profiles: tuple[Profile, ...]
    queries: tuple[Query, ...]
    methods: tuple[Method, ...]
