"""Put a report together: the rows of its queries in, one ``Report`` out."""

from datetime import datetime

from oirisk.schemas.report.briefing import Query, Report
from oirisk.schemas.report.limits import Limits
from oirisk.schemas.report.methods import METHODS, Method
from oirisk.transforms.report import rows
from oirisk.transforms.report.bottom_line import beside, bottom_line
from oirisk.transforms.report.changes import changes
from oirisk.transforms.report.facts import Facts
from oirisk.transforms.report.liquidations import liquidations
from oirisk.transforms.report.options import options
from oirisk.transforms.report.read import figure, read_fields
from oirisk.transforms.report.tiles import tiles
from oirisk.transforms.report.withheld import assumptions, withheld


def assemble(facts: Facts, next_run: datetime | None, queries: tuple[Query, ...]) -> Report:
    """Make the report of a run, or of an instant of history that it stored.

    Args:
        facts: Rows of the queries.
        next_run: When the schedule runs next.
        queries: Texts of the queries, by section.
    """
    run, market = facts.run, facts.market
    asked = sum(row["status"] != "skipped" for row in facts["coverage"])
    return Report(
        run_id=run["run_id"],
        version=run["version"],
        as_of=facts.at,
        data_cutoff=run["data_cutoff"],
        previous_as_of=facts.earlier_at,
        next_run=next_run,
        is_simulated=run["is_simulated"],
        is_history=run["is_history"],
        is_mapped=run["is_mapped"],
        is_degraded=not facts.is_published,
        venues_fresh=market["venues_fresh"] if market else 0,
        venues_total=market["venues_asked"] if market else asked,
        oi_coverage=figure(market["coverage"] if market else None, "share", "nothing was fresh"),
        limits=Limits(coverage=facts.choices.minimum_coverage),
        bottom_line=bottom_line(facts),
        tiles=tiles(facts),
        beside=beside(facts),
        changes=changes(facts),
        assets=rows.asset_rows(facts),
        assets_total=len(facts["assets"]),
        clusters=rows.cluster_rows(facts),
        clusters_shown=facts.choices.top_clusters,
        liquidations=liquidations(facts),
        options=options(facts),
        venues=rows.venue_rows(facts),
        withheld=withheld(facts),
        assumptions=assumptions(facts),
        history=rows.histories(facts),
        venue_shares=rows.share_rows(facts),
        profiles=rows.profiles(facts),
        queries=queries,
        methods=tuple(Method(id=name, text=text) for name, text in METHODS.items()),
        **read_fields(Report, facts),
    )
