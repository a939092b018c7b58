"""Everything a report is made of, read from the published copy with the SQL of ``sql/report``."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from oirisk.flows.briefing.asked import Asked, Record
from oirisk.flows.briefing.liquidation_facts import LiquidationFacts, read_liquidations
from oirisk.flows.settings import Settings
from oirisk.schemas.errors import HomeError
from oirisk.warehouse.published import Reader


@dataclass(frozen=True)
class Facts:
    """Query results, one field per section, and the queries themselves by name.

    ``market`` is None where nothing was fresh.
    """

    run: Record
    settings: Settings
    market: Record | None
    assets: list[Record]
    clusters: list[Record]
    products: list[Record]
    shares: list[Record]
    moved: list[Record]
    coverage: list[Record]
    rejects: list[Record]
    quality: list[Record]
    audit: list[Record]
    cftc: list[Record]
    pools: list[Record]
    uncounted: list[Record]
    contradictions: list[Record]
    history: Mapping[str, list[Record]]
    profiles: Mapping[str, list[Record]]
    liquidations: LiquidationFacts
    queries: list[tuple[str, str]]

    @property
    def at(self) -> datetime:
        """The snapshot instant."""
        return self.run["snapshot_at"]  # type: ignore[no-any-return]

    @property
    def earlier_at(self) -> datetime | None:
        """The snapshot of the report before this one."""
        return self.run["previous_at"]  # type: ignore[no-any-return]


def read_facts(
    connection: Reader, run_id: str, settings: Settings, instant: datetime | None = None
) -> Facts:
    """Run every query of a report.

    Args:
        connection: The published copy.
        run_id: A run on record there.
        settings: Limits and sizes.
        instant: What the report speaks of; None: the run's own snapshot.

    Raises:
        HomeError: The published copy does not hold the run.
    """
    read = Asked(connection)
    runs = read("run", run_id=run_id, snapshot_at=instant)
    if not runs:
        raise HomeError(f"the published warehouse holds no run {run_id}")
    run = runs[0]
    at = {"snapshot_at": run["snapshot_at"]}
    earlier = {"earlier_at": run["previous_at"]}
    assets = read("assets", **at)
    prices = {row["asset"]: row["price"] for row in assets if row["price"]}
    charted = [asset for asset in settings.report.chart_assets if asset in prices]
    clusters = settings.clusters
    return Facts(
        run=run,
        settings=settings,
        market=next(iter(read("market", **at)), None),
        assets=assets,
        clusters=read("clusters", **at),
        products=read("products", **at),
        shares=read("venue_shares", **at),
        moved=read("moved", **at),
        coverage=read("coverage", run_id=run_id, **earlier),
        rejects=read("rejects", run_id=run_id),
        quality=read("quality", run_id=run_id),
        audit=read("audit", run_id=run_id),
        cftc=read("cftc", **at),
        pools=read("pools", **at),
        uncounted=read("uncounted", **at),
        contradictions=read("contradictions", **at),
        history={
            asset: read("history", asset=asset, **at, history_days=clusters.history_days)
            for asset in charted
        },
        profiles={
            asset: read(
                "profile", asset=asset, **at, price=prices[asset], range_pct=clusters.range_pct,
            )
            for asset in charted
        },
        liquidations=read_liquidations(
            read, run["snapshot_at"], {asset: prices[asset] for asset in charted}, settings
        ),
        queries=read.queries,
    )  # fmt: skip
