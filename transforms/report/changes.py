"""What a report states to have changed: in 24 hours, and since the last report."""

from collections.abc import Sequence

from oirisk.schemas.report.briefing import Change
from oirisk.schemas.report.parts import Statement
from oirisk.transforms.report.bottom_line import cluster_size, price_range
from oirisk.transforms.report.facts import Facts, Record
from oirisk.transforms.report.read import state

_MOVES = 6
_NOTABLE_PCT = 1.0
_NOTABLE_PP = 0.5


def changes(facts: Facts) -> tuple[Change, ...]:
    """Return what moved in 24 hours, assets and venues, and, since a last report, the rest."""
    moved = (*_assets_moved(facts["moved"]), *_shares_moved(facts["venue_shares"]))
    if facts.earlier_at is None:
        return moved
    return (*moved, *_clusters_changed(facts["clusters"]), *_coverage_changed(facts["coverage"]))


def _assets_moved(rows: Sequence[Record]) -> list[Change]:
    """State changes of contracts known at both instants, beside the level of all there are."""
    notable = [row for row in rows if abs(row["change_24h_pct"]) >= _NOTABLE_PCT]
    return [
        Change(kind="asset", subject=row["asset"], text=_asset_moved(row), method="M03")
        for row in notable[:_MOVES]
    ]


def _asset_moved(row: Record) -> Statement:
    priced = row["price_change_24h_pct"] is not None
    price = (state("price_moved", row, "price_change_24h_pct"),) if priced else ()
    return state("positions_moved", row, "change_24h_pct", "oi_usd", price=price)


def _shares_moved(rows: Sequence[Record]) -> list[Change]:
    moved = [row for row in rows if abs(row["share_change_24h_pp"] or 0) >= _NOTABLE_PP]
    moved.sort(key=lambda row: -abs(row["share_change_24h_pp"]))
    columns = ("share", "share_change_24h_pp")
    return [
        Change(
            kind="venue", subject=row["venue"], text=state("share_moved", row, *columns),
            method="M18",
        )
        for row in moved[:_MOVES]
    ]  # fmt: skip


def _clusters_changed(rows: Sequence[Record]) -> list[Change]:
    notable = [row for row in rows if row["status"] != "stable"]
    notable.sort(key=lambda row: -max(row["usd"], row["usd_before"] or 0))
    return [
        Change(kind="cluster", subject=row["cluster_id"], text=_cluster_changed(row), method="M24")
        for row in notable[:_MOVES]
    ]


def _cluster_changed(row: Record) -> Statement:
    name = "cluster_changed" if row["side"] == "both" else "cluster_side_changed"
    columns = ("status", "asset", "kind", "side")
    return state(name, row, *columns, prices=price_range(row), held=_held(row))


def _held(row: Record) -> Statement:
    if row["status"] != "consumed":
        return cluster_size(row)
    if row["usd_before"] is None:
        return Statement(id="size_before_unknown")
    return state("size_before", {}, size=cluster_size(row, "_before"))


def _coverage_changed(rows: Sequence[Record]) -> list[Change]:
    return [
        Change(
            kind="coverage", subject=row["venue"],
            text=state("answered", row, "earlier_status", "status"), method="M03",
        )
        for row in rows
        if row["earlier_status"] and row["earlier_status"] != row["status"]
    ]  # fmt: skip
