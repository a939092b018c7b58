"""The part of a report on forced closes: rows of queries to rows of the report, with reasons."""

from itertools import groupby

from oirisk.flows.briefing.asked import Record
from oirisk.flows.briefing.facts import Facts
from oirisk.flows.briefing.figures import figure
from oirisk.schemas.report.liquidations import (
    AtRiskRow,
    Band,
    ContagionRow,
    LeverageRow,
    LiquidationMap,
    Liquidations,
    MapBin,
    ObservedRow,
    ReachRow,
    StressRow,
    TrackRow,
    Verdict,
)
from oirisk.templates import formats

_ASSETS = 10
"""Assets in the tables; all are in the marts."""

_NO_DEPTH = "order-book depth was not measured"
_NOT_READ = (
    "exchanges whose order books were read hold {share} of its open interest, {needed} are needed"
)
_NEEDED = 0.6
"""What ``core.is_covered`` asks for."""


def liquidations(facts: Facts) -> Liquidations:
    """Return everything a report says of forced closes."""
    found = facts.liquidations
    seen = found.observation
    return Liquidations(
        observed_at=seen["snapshot_at"] if seen else None,
        observed_note=_observed_note(seen),
        maps=_maps(facts),
        reach=_reach(found.reach),
        track=tuple(_track(row) for row in found.track if _is_shown(row, found.track)),
        stress=tuple(_stress(row) for row in found.stress if row["withheld_reason"] is None),
        contagion=tuple(_contagion(row) for row in found.contagion),
        at_risk=tuple(_at_risk(row) for row in found.at_risk[: 2 * _ASSETS]),
        leverage=tuple(_leverage(row) for row in found.leverage),
        observed=tuple(_observed(row) for row in found.observed[:_ASSETS]),
        missing=_missing(facts),
    )


def _missing(facts: Facts) -> dict[str, str]:
    found, file = facts.liquidations, facts.settings.observe.accounts_file
    no_map = (
        "no asset has enough history for a liquidation map yet"
        if facts.run["is_mapped"]
        else "no map was made of this instant"
    )
    unseen = (
        "no list of accounts is configured ([observe] accounts_file)"
        if file is None
        else "the accounts on the list hold no position, or none answered"
        if found.observation
        else "the accounts on the list were not asked in this run"
    )
    reasons = {
        "maps": no_map if not found.reach else "no charted asset has a price and a map",
        "reach": no_map,
        "track": "the first map is scored a night after it was made",
        "stress": f"{_NO_DEPTH} for the charted assets; none is invented",
        "contagion": "no exchange has its order books read for 60 % of what it holds, in coins "
        "of which 60 % are held where books were read; none is invented",
        "at_risk": "fewer than 20 past days of prices are stored",
        "leverage": "no mix of leverage is stored",
        "observed": unseen,
    }
    missing = {name: reason for name, reason in reasons.items() if not getattr(found, name)}
    if found.stress and all(row["withheld_reason"] for row in found.stress):
        missing["stress"] = "withheld; the reasons are below what was not published"
    return missing


def _band(row: Record, usd: str = "usd", low: str = "low", high: str = "high") -> Band:
    return Band(usd=row[usd], low=min(row[low], row[usd]), high=max(row[high], row[usd]))


def _maps(facts: Facts) -> tuple[LiquidationMap, ...]:
    prices = {row["asset"]: row["price"] for row in facts.assets}
    return tuple(
        LiquidationMap(
            asset=asset,
            price=prices[asset],
            bins=tuple(
                MapBin(
                    side=row["side"],
                    price_low=row["price_low"],
                    price_high=row["price_high"],
                    modelled=_band(row),
                    measured=row["measured"],
                )
                for row in rows
            ),
        )
        for asset, rows in facts.liquidations.maps.items()
        if rows
    )


def _reach(rows: list[Record]) -> tuple[ReachRow, ...]:
    made = []
    for (asset, side), group in groupby(rows, key=lambda row: (row["asset"], row["side"])):
        bands = {row["distance_pct"]: row for row in group}
        made.append(
            ReachRow(
                asset=asset,
                side=side,
                price=bands[2]["price"],
                within_2_pct=_band(bands[2]),
                within_5_pct=_band(bands[5]),
                within_10_pct=_band(bands[10]),
                depth_2pct_usd=figure(bands[5]["depth_2pct_usd"], "usd", _NO_DEPTH),
                mass_to_depth=figure(bands[5]["mass_to_depth"], "ratio", _no_ratio(bands[5])),
            )
        )
    return tuple(made[: 2 * _ASSETS])


def _no_ratio(row: Record) -> str:
    if not row["covered_share"]:
        return _NO_DEPTH
    if row["depth_2pct_usd"]:
        share, needed = formats.short_of(row["covered_share"], _NEEDED)
        return _NOT_READ.format(share=share, needed=needed)
    return "the book is empty"


def _is_shown(row: Record, rows: list[Record]) -> bool:
    """Keep all that is known of the sum, and the month of the largest assets."""
    if row["asset"] == "ALL":
        return True
    assets = list(dict.fromkeys(one["asset"] for one in rows))
    is_month = (row["prior"], row["days"]) == ("base", 30)
    return is_month and row["asset"] in assets[: _ASSETS + 1]


def _track(row: Record) -> TrackRow:
    few = "price crossed too few bins"
    return TrackRow(
        asset=row["asset"],
        prior=row["prior"],
        days=row["days"],
        nights=row["nights"],
        bins=int(row["n_bins"]),
        precision=figure(row["precision"], "share", few),
        chance=figure(row["chance"], "share", few),
        lift=figure(row["lift"], "ratio", few),
        wilson_low=figure(row["wilson_low"], "share", few),
        wilson_high=figure(row["wilson_high"], "share", few),
        verdict=verdict(row),
    )


def verdict(row: Record) -> Verdict:
    """Say what a score shows: skill only where chance lies outside the 95 % interval."""
    told = [row["chance"], row["wilson_low"], row["wilson_high"]]
    if not row["meaningful"] or None in told:
        return "not meaningful"
    if row["wilson_low"] > row["chance"]:
        return "better than chance"
    return "worse than chance" if row["wilson_high"] < row["chance"] else "no skill"


def _stress(row: Record) -> StressRow:
    return StressRow(
        asset=row["asset"],
        shock_pct=row["shock_pct"],
        depth_factor=row["depth_factor"],
        liquidated=_band(row),
        move_pct=row["move_pct"],
        move_low_pct=row["move_low_pct"],
        move_high_pct=row["move_high_pct"],
        reproduction_number=row["reproduction_number"],
        stop_reason=row["stop_reason"],
        covered_share=row["covered_share"],
    )


def _contagion(row: Record) -> ContagionRow:
    return ContagionRow(
        rank=row["systemic_rank"],
        venue=row["venue"],
        forced_share=row["forced_share"],
        loss_usd=row["loss_usd"],
        most_hit=row["most_hit"],
        most_hit_usd=row["most_hit_usd"],
        oi_covered=row["oi_covered"],
        covered_share=row["covered_share"],
    )


def _at_risk(row: Record) -> AtRiskRow:
    return AtRiskRow(
        asset=row["asset"],
        alpha=row["alpha"],
        at_risk=_band(row),
        shortfall=_band(row, "es_usd", "es_low", "es_high"),
        scenarios=row["scenarios"],
        worst_return_pct=row["worst_return_pct"],
        is_meaningful=row["meaningful"],
    )


def _leverage(row: Record) -> LeverageRow:
    reasons = {"stated": "stated, not learned", "observed": "measured, nothing is fitted"}
    return LeverageRow(
        source=row["source"],
        name=row["name"],
        asset=row["asset"],
        below_3x=row["below_3x"],
        from_3x_to_7x=row["from_3x_to_7x"],
        above_7x=row["above_7x"],
        learned_at=row["learned_at"],
        fit=figure(row["r2"], "ratio", reasons.get(row["source"], "no fall to fit")),
        steps=row["steps"],
    )


def _observed(row: Record) -> ObservedRow:
    stale = "the exchange's open interest is not fresh"
    return ObservedRow(
        asset=row["asset"],
        venue=row["venue"],
        accounts=row["accounts"],
        positions=row["positions"],
        long_base=row["long_base"],
        short_base=row["short_base"],
        long_share=figure(row["long_share"], "share", stale),
        short_share=figure(row["short_share"], "share", stale),
    )


def _observed_note(seen: Record | None) -> str:
    """Say how many accounts answered, and what is missing."""
    if seen is None:
        return ""
    text = (
        f"{seen['accounts_answered']} of {seen['accounts_listed']} accounts answered on "
        f"{seen['venue']}, {seen['positions_accepted']} positions stored, "
        f"{seen['positions_rejected']} refused"
    )
    return f"{text}. Missing: {seen['note']}" if seen["note"] else text
