"""Tables of a report whose rows are more than the rows of one query."""

from collections.abc import Sequence
from itertools import groupby

from oirisk.schemas.report import briefing, liquidations
from oirisk.schemas.report.briefing import NO_DAY, AssetRow, ClusterRow, VenueRow
from oirisk.schemas.report.limits import NEEDED_COVERED
from oirisk.schemas.report.liquidations import (
    TABLE_ASSETS,
    LeverageRow,
    LiquidationMap,
    MapBin,
    ReachRow,
    TrackRow,
    Verdict,
)
from oirisk.schemas.report.parts import Said
from oirisk.transforms.report.facts import Facts, Record
from oirisk.transforms.report.read import band, figure, read_row, read_rows, state

_WITHHELD = "not published, see below"
_ALWAYS_TOLD = ("asset", "price", "coverage", "withheld_reason")
_APART = {"options": "options stay out of futures", "pool": "pools stay out of futures"}
_NEW_PRODUCT = "no contract of it was known a day earlier"
_NO_DEPTH = "order-book depth was not measured"
_FIT = {"stated": "stated, not learned", "observed": "measured, nothing is fitted"}


def asset_rows(facts: Facts) -> tuple[AssetRow, ...]:
    """Return the largest assets."""
    return tuple(_asset(row) for row in facts["assets"][: facts.choices.top_assets])


def _asset(row: Record) -> AssetRow:
    if row["published"]:
        return read_row(AssetRow, row, cell_reason="" if row["cell"] else NO_DAY)
    told = {name: row[name] if name in _ALWAYS_TOLD else None for name in row}
    names = set(AssetRow.model_fields) - set(_ALWAYS_TOLD)
    return read_row(AssetRow, told, dict.fromkeys(names, _WITHHELD), cell_reason=_WITHHELD)


def cluster_rows(facts: Facts) -> tuple[ClusterRow, ...]:
    """Return standing clusters, nearest to the price first."""
    return read_rows(ClusterRow, [row for row in facts["clusters"] if row["status"] != "consumed"])


def venue_rows(facts: Facts) -> tuple[VenueRow, ...]:
    """Return one row per venue and product line, with unit and evidence.

    Without a total there are no shares of it. The change is that of the row's own share.
    """
    has_day = any(row["share_change_24h_pp"] is not None for row in facts["products"])
    uncompared = _NEW_PRODUCT if has_day else NO_DAY
    return tuple(_venue(row, facts.is_published, uncompared) for row in facts["products"])


def _venue(row: Record, has_total: bool, uncompared: str) -> VenueRow:
    if has_total and row["kind_group"] == "futures":
        return read_row(VenueRow, row, {"share_change_24h_pp": uncompared})
    reason = _APART.get(row["kind_group"], _WITHHELD)
    parts = ("share", "share_change_24h_pp")
    return read_row(VenueRow, {**row, **dict.fromkeys(parts)}, dict.fromkeys(parts, reason))


def share_rows(facts: Facts) -> tuple[briefing.VenueShare, ...]:
    """Return venue shares of futures open interest; none where the total is not published."""
    known = [row for row in facts["venue_shares"] if row["share"] is not None]
    return read_rows(briefing.VenueShare, known)


def histories(facts: Facts) -> tuple[briefing.OiHistory, ...]:
    """Return the series of the charted assets."""
    return tuple(
        briefing.OiHistory(asset=asset, points=read_rows(briefing.OiPoint, rows))
        for asset, rows in facts.each["history"].items()
        if rows
    )


def profiles(facts: Facts) -> tuple[briefing.Profile, ...]:
    """Return the entry profiles of the charted assets."""
    return tuple(
        briefing.Profile(asset=asset, price=price, bins=read_rows(briefing.ProfileBin, rows))
        for asset, price, rows in _charted(facts, "profile")
    )


def maps(facts: Facts) -> tuple[LiquidationMap, ...]:
    """Return the liquidation maps of the charted assets."""
    return tuple(
        LiquidationMap(asset=asset, price=price, bins=read_rows(MapBin, rows))
        for asset, price, rows in _charted(facts, "liquidation_map")
    )


def _charted(facts: Facts, query: str) -> list[tuple[str, float, Sequence[Record]]]:
    prices = {row["asset"]: row["price"] for row in facts["assets"]}
    return [(asset, prices[asset], rows) for asset, rows in facts.each[query].items() if rows]


def reach_rows(facts: Facts) -> tuple[ReachRow, ...]:
    """Return what would be closed by force, one row per asset and side with its distances."""
    made = []
    for _, group in groupby(
        facts["liquidation_reach"], key=lambda row: (row["asset"], row["side"])
    ):
        at = {row["distance_pct"]: row for row in group}
        bands = {f"within_{pct}_pct": band(at[pct]) for pct in (2, 5, 10)}
        absent = {"depth_2pct_usd": _NO_DEPTH, "mass_to_depth": _no_ratio(at[5])}
        made.append(read_row(ReachRow, at[5], absent, **bands))
    return tuple(made[: 2 * TABLE_ASSETS])


def _no_ratio(row: Record) -> Said:
    if not row["covered_share"]:
        return _NO_DEPTH
    if row["depth_2pct_usd"]:
        short = figure(row["covered_share"], "share")
        return state("few_books", {}, short=short, limit=NEEDED_COVERED)
    return "the book is empty"


def track_rows(facts: Facts) -> tuple[TrackRow, ...]:
    """Return all that is known of the sum, and the month of the largest assets."""
    rows = facts["track_record"]
    assets = list(dict.fromkeys(row["asset"] for row in rows))[: TABLE_ASSETS + 1]
    return tuple(
        read_row(TrackRow, row, verdict=verdict(row))
        for row in rows
        if row["asset"] == "ALL"
        or (row["prior"] == "base" and row["days"] == 30 and row["asset"] in assets)  # noqa: PLR2004
    )


def verdict(row: Record) -> Verdict:
    """Say what a score shows: skill only where chance lies outside the 95 % interval."""
    told = [row["chance"], row["wilson_low"], row["wilson_high"]]
    if not row["meaningful"] or None in told:
        return "not meaningful"
    if row["wilson_low"] > row["chance"]:
        return "better than chance"
    return "worse than chance" if row["wilson_high"] < row["chance"] else "no skill"


def stress_rows(facts: Facts) -> tuple[liquidations.StressRow, ...]:
    """Return the stress grids that may be printed."""
    return read_rows(
        liquidations.StressRow, [row for row in stress(facts) if row["withheld_reason"] is None]
    )


def stress(facts: Facts) -> list[Record]:
    """Return the rows of all stress grids."""
    return [row for rows in facts.each["stress"].values() for row in rows]


def leverage_rows(facts: Facts) -> tuple[LeverageRow, ...]:
    """Return the mixes of leverage; only learned ones have a fit."""
    return tuple(
        read_row(LeverageRow, row, {"fit": _FIT.get(row["source"], "no fall to fit")})
        for row in facts["leverage"]
    )
