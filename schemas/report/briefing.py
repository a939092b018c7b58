"""What one briefing says: the contract between the warehouse, the templates and ``report.json``.

Every quantity that may be unknown is a :class:`Figure`: a value, or the reason why there is none.
Percentages are in percent (1.5 means 1.5 %), shares are fractions from 0 to 1, money is USD,
open interest is single-sided, instants are UTC.
"""

from datetime import datetime
from typing import Literal

from oirisk.schemas.report.liquidations import Liquidations
from oirisk.schemas.report.parts import Figure, Part, Unit
from oirisk.schemas.report.uncounted import PoolRow, WeeklyRow

__all__ = [
    "AssetRow", "Change", "ClusterRow", "CoverageRow", "Figure", "Liquidations", "Method",
    "OiHistory", "OiPoint", "PoolRow", "Profile", "ProfileBin", "Query", "RejectRow", "Report",
    "Sentence", "Tile", "Unit", "VenueRow", "VenueShare", "WeeklyRow", "Withheld",
]  # fmt: skip


class Sentence(Part):
    """One generated sentence of prose and the method it rests on (``M03`` …)."""

    text: str
    method: str


class Tile(Part):
    """One headline number."""

    id: str
    label: str
    figure: Figure
    note: str = ""
    method: str


class AssetRow(Part):
    """One asset, all futures venues together."""

    asset: str
    oi_base: Figure
    oi_usd: Figure
    change_24h_pct: Figure
    change_7d_pct: Figure
    flow_usd_24h: Figure
    price: Figure
    price_change_24h_pct: Figure
    cell: str
    cell_reason: str = ""
    funding_8h: Figure
    funding_covered: Figure | None = None
    oi_to_volume: Figure
    volume_covered: Figure | None = None
    top_venue: str
    top_venue_share: Figure
    coverage: Figure


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
    usd_low: Figure
    usd_high: Figure
    share: float
    distance_pct: float
    venues_hhi: Figure
    age_hours: Figure
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
    other_rules: str = ""
    oi_usd: Figure
    share: Figure
    share_change_24h_pp: Figure
    instruments: int
    age: Figure


class CoverageRow(Part):
    """How one exchange answered this run."""

    venue: str
    status: str
    expected: int
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
    freshness: Figure
    validity: Figure
    consistency: Figure
    convention: Figure
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
    text: str
    method: str


class Withheld(Part):
    """A number that was not printed, and why."""

    what: str
    reason: str


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


class Method(Part):
    """Footnote: what a method id means, in one sentence."""

    id: str
    text: str


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
    bottom_line: tuple[Sentence, ...]
    tiles: tuple[Tile, ...]
    beside: tuple[Sentence, ...] = ()
    changes: tuple[Change, ...]
    assets: tuple[AssetRow, ...]
    assets_total: int
    clusters: tuple[ClusterRow, ...]
    clusters_shown: int = 20
    liquidations: Liquidations = Liquidations()
    venues: tuple[VenueRow, ...]
    weekly: tuple[WeeklyRow, ...] = ()
    pools: tuple[PoolRow, ...] = ()
    coverage: tuple[CoverageRow, ...]
    rejects: tuple[RejectRow, ...]
    quality: tuple[QualityRow, ...] = ()
    audit: tuple[AuditRow, ...] = ()
    withheld: tuple[Withheld, ...]
    assumptions: tuple[str, ...]
    history: tuple[OiHistory, ...]
    venue_shares: tuple[VenueShare, ...]
    profiles: tuple[Profile, ...]
    queries: tuple[Query, ...]
    methods: tuple[Method, ...]
