"""Put a report together."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from oirisk.flows.briefing import figures, prose, rows
from oirisk.flows.briefing.beside import beside, pool_rows, unreported, weekly_rows
from oirisk.flows.briefing.changes import changes
from oirisk.flows.briefing.facts import Facts, read_facts
from oirisk.flows.briefing.liquidations import liquidations
from oirisk.flows.settings import ScheduleSettings, Settings
from oirisk.schemas.report.briefing import Method, Query, Report
from oirisk.warehouse.published import Reader

_METHODS = {
    "M02": "Contracts times their size are coins, coins times a price of the same time are USD.",
    "M03": "Totals add what is fresh. A change is one of positions: contracts at the earlier "
    "prices, of the same instruments at both instants, so that neither a missing exchange nor a "
    "price is a change. Coverage: the fresh share of the open interest last known, times the "
    "shares of instruments and of exchanges of which any is known. Below its limit nothing is "
    "printed.",
    "M04": "A change in USD splits without remainder into new positions (change of contracts at "
    "the mean price) and revaluation (what the price did).",
    "M05": "Funding per 8 hours of the perpetuals whose rate and interval are known, each weighted "
    "by its open interest in USD; covered is their part of all perpetuals' open interest.",
    "M08": "Price and positions, each up or down beyond a band, name who pushed.",
    "M18": "Concentration: share of each exchange in single-sided open interest.",
    "M21": "Entry profile: openings are placed where price traded, closings thin out what stood.",
    "M24": "Clusters: price bins, or strikes of options, above median plus two robust deviations.",
    "M20": "Liquidation price: where what is left of the margin is the maintenance that the "
    "exchange's tiers ask for, isolated margin assumed.",
    "M22": "Mix of leverage: stated mixes span the band; a learned one follows falls of open "
    "interest where price crossed levels, shrunk to the stated one.",
    "M23": "Liquidation map: surviving entries times the mix of leverage, put where they would be "
    "closed; never on the wrong side of the mark.",
    "M25": "Stress: a shock hits levels, their closes walk the order book, price moves on, until "
    "no level is hit; levels and books are of the same exchanges. Deleveraging of winners is not "
    "modelled.",
    "M26": "Contagion: what forced sales on one exchange cost positions in the same coins on "
    "another, through measured depth.",
    "M34": "Liquidations at risk: forced closes under each past daily return; the mildest and the "
    "mean of the worst.",
    "M36": "Data quality: the least of completeness, freshness, validity, consistency (rows that "
    "the audit does not flag) and convention (rows whose unit and counting are on record).",
    "M43": "Against a pool, traders' longs and shorts differ and the pool holds the rest: open "
    "interest is the larger side, pool net is shorts less longs, the lean is longs less shorts "
    "over both.",
    "M38": "Exchanges that add longs and shorts up are halved before anything is summed. Whether "
    "they do is measured every night: sums of both are even numbers of lots, one side never moves "
    "by more than was traded. What contradicts the registry is not counted.",
}
_SECTIONS: Mapping[str, tuple[str, ...]] = {
    "market": ("tiles", "withheld"),
    "moved": ("changes",),
    "assets": ("assets", "withheld"),
    "uncounted": ("withheld",),
    "contradictions": ("bottom_line",),
    "history": ("history",),
    "clusters": ("clusters",),
    "profile": ("profiles",),
    "liquidation_reach": ("liquidations",),
    "liquidation_map": ("liquidations",),
    "observations": ("observed",),
    "observed": ("observed_coverage",),
    "track_record": ("track",),
    "stress": ("stress", "withheld"),
    "liquidations_at_risk": ("at_risk",),
    "contagion": ("contagion",),
    "leverage": ("leverage",),
    "products": ("venues",),
    "venue_shares": ("venue_shares", "changes"),
    "cftc": ("weekly",),
    "pools": ("pools",),
    "coverage": ("coverage",),
    "rejects": ("rejects",),
    "quality": ("quality",),
    "audit": ("audit",),
}
"""The sections that show what a query of ``sql/report`` gives."""


def assemble(
    connection: Reader, run_id: str, settings: Settings, instant: datetime | None = None
) -> Report:
    """Make the report of a run, or of an instant of history that it stored.

    Args:
        connection: The published copy.
        run_id: A run on record there.
        settings: Limits and sizes.
        instant: What the report speaks of; None: the run's own snapshot.

    Raises:
        HomeError: The run is not on record.
    """
    facts = read_facts(connection, run_id, settings, instant)
    is_history = facts.run["is_history"]
    return Report(
        run_id=run_id,
        version=facts.run["version"],
        as_of=facts.at,
        data_cutoff=facts.run["data_cutoff"],
        previous_as_of=facts.earlier_at,
        next_run=None if is_history else next_run(settings.schedule, facts.at),
        is_simulated=facts.run["is_simulated"],
        is_history=is_history,
        is_mapped=facts.run["is_mapped"],
        is_degraded=not figures.is_publishable(facts),
        venues_fresh=facts.market["venues_fresh"] if facts.market else 0,
        venues_total=facts.market["venues_asked"] if facts.market else _asked(facts),
        oi_coverage=figures.total_coverage(facts),
        bottom_line=prose.bottom_line(facts),
        tiles=prose.tiles(facts),
        beside=beside(facts),
        changes=changes(facts),
        assets=rows.asset_rows(facts),
        assets_total=len(facts.assets),
        clusters=rows.cluster_rows(facts),
        clusters_shown=settings.report.top_clusters,
        liquidations=liquidations(facts),
        venues=rows.venue_rows(facts),
        weekly=weekly_rows(facts),
        pools=pool_rows(facts),
        coverage=rows.coverage_rows(facts),
        rejects=rows.reject_rows(facts),
        quality=rows.quality_rows(facts),
        audit=rows.audit_rows(facts),
        withheld=(*prose.withheld(facts), *unreported(facts)),
        assumptions=prose.assumptions(facts),
        history=rows.histories(facts),
        venue_shares=rows.share_rows(facts),
        profiles=rows.profiles(facts),
        queries=_queries(facts),
        methods=tuple(Method(id=name, text=text) for name, text in _METHODS.items()),
    )


def next_run(schedule: ScheduleSettings, after: datetime) -> datetime | None:
    """Return when the schedule runs next; None when its expression cannot be read."""
    try:
        return next(CronSim(schedule.cron, after.astimezone(ZoneInfo(schedule.timezone))))
    except (CronSimError, StopIteration, LookupError, ValueError, OSError):
        return None


def _asked(facts: Facts) -> int:
    return sum(row["status"] != "skipped" for row in facts.coverage)


def _queries(facts: Facts) -> tuple[Query, ...]:
    return tuple(
        Query(section=section, sql=sql)
        for name, sql in facts.queries
        for section in _SECTIONS.get(name, ())
    )
