"""What a report says has changed: in 24 hours, and since the last report."""

from oirisk.flows.briefing.asked import Record
from oirisk.flows.briefing.facts import Facts
from oirisk.schemas.report.briefing import Change
from oirisk.templates import formats, sections

_MOVES = 6
_NOTABLE_PCT = 1.0
_NOTABLE_PP = 0.5


def changes(facts: Facts) -> tuple[Change, ...]:
    """Return what moved in 24 hours, assets and venues, and, since a last report, the rest."""
    moved = (*_asset_changes(facts), *_venue_changes(facts))
    if facts.earlier_at is None:
        return moved
    return (*moved, *_cluster_changes(facts), *_coverage_changes(facts))


def _asset_changes(facts: Facts) -> list[Change]:
    """Tell changes of contracts known at both instants, beside the level of all there are."""
    notable = [row for row in facts.moved if abs(row["change_24h_pct"]) >= _NOTABLE_PCT]
    return [
        Change(
            kind="asset",
            subject=row["asset"],
            text=f"positions {formats.pct(row['change_24h_pct'])} in 24 hours, like for like; "
            f"{formats.usd(row['oi_usd'])} in all"
            + (
                f"; price {formats.pct(row['price_change_24h_pct'])}"
                if row["price_change_24h_pct"] is not None
                else ""
            ),
            method="M03",
        )
        for row in notable[:_MOVES]
    ]


def _venue_changes(facts: Facts) -> list[Change]:
    moved = [
        row
        for row in facts.shares
        if row["share_change_24h_pp"] is not None and abs(row["share_change_24h_pp"]) >= _NOTABLE_PP
    ]
    moved.sort(key=lambda row: -abs(row["share_change_24h_pp"]))
    return [
        Change(
            kind="venue",
            subject=row["venue"],
            text=f"share of open interest {formats.pp(row['share_change_24h_pp'])} in 24 hours at "
            f"constant prices; {formats.share(row['share'])} now",
            method="M18",
        )
        for row in moved[:_MOVES]
    ]


def _cluster_changes(facts: Facts) -> list[Change]:
    notable = [row for row in facts.clusters if row["status"] != "stable"]
    notable.sort(key=lambda row: -max(row["usd"], row["usd_before"] or 0))
    return [
        Change(
            kind="cluster",
            subject=row["cluster_id"],
            text=f"{row['status']}: {row['asset']} {_concentrated(row)} "
            f"{formats.span(formats.price(row['price_low']), formats.price(row['price_high']))}, "
            f"{_held(row)}",
            method="M24",
        )
        for row in notable[:_MOVES]
    ]


def _held(row: Record) -> str:
    if row["status"] != "consumed":
        return cluster_size(row)
    if row["usd_before"] is None:
        return "size before unknown"
    return f"{cluster_size(row, '_before')} before"


def cluster_size(row: Record, when: str = "") -> str:
    """Say how large a concentration is: as its band, if it is modelled."""
    usd, low, high = (row[f"{name}{when}"] for name in ("usd", "usd_low", "usd_high"))
    if row["kind"] == "strike":
        return formats.usd(usd)
    if low is None or high is None:
        return "of a modelled size without a band"
    ends = formats.usd(low), formats.usd(high)
    return f"modelled at {formats.span(*ends, f'{ends[0]} under every assumption tried')}"


def _concentrated(row: Record) -> str:
    kind = sections.readable(row["kind"])
    return kind if row["side"] == "both" else f"{kind} ({row['side']})"


def _coverage_changes(facts: Facts) -> list[Change]:
    return [
        Change(
            kind="coverage",
            subject=row["venue"],
            text=f"{row['earlier_status']} in the last report, {row['status']} now",
            method="M03",
        )
        for row in facts.coverage
        if row["earlier_status"] and row["earlier_status"] != row["status"]
    ]
