"""The part of a report on forced closes, with the reasons for what is missing."""

from oirisk.schemas.report.limits import LEAST_SCENARIOS, NEEDED_COVERED
from oirisk.schemas.report.liquidations import Liquidations
from oirisk.schemas.report.parts import Said, Statement
from oirisk.transforms.report import rows
from oirisk.transforms.report.facts import Facts, Record
from oirisk.transforms.report.read import figure, read_fields, state


def liquidations(facts: Facts) -> Liquidations:
    """Return everything a report says of forced closes."""
    seen = next(iter(facts["observations"]), None)
    return Liquidations(
        observed_at=seen["snapshot_at"] if seen else None,
        observed_note=_observed(seen) if seen else "",
        maps=rows.maps(facts),
        reach=rows.reach_rows(facts),
        track=rows.track_rows(facts),
        stress=rows.stress_rows(facts),
        missing=_missing(facts),
        leverage=rows.leverage_rows(facts),
        **read_fields(Liquidations, facts),
    )


def _missing(facts: Facts) -> dict[str, Said]:
    no_map = "no_history" if facts.run["is_mapped"] else "not_mapped"
    grids = rows.stress(facts)
    found: dict[str, tuple[object, str]] = {
        "maps": (
            any(facts.each["liquidation_map"].values()),
            "no_charted" if facts["liquidation_reach"] else no_map,
        ),
        "reach": (facts["liquidation_reach"], no_map),
        "track": (facts["track_record"], "unscored"),
        "stress": (
            [row for row in grids if not row["withheld_reason"]],
            "stress_withheld" if grids else "no_stress",
        ),
        "contagion": (facts["contagion"], "no_contagion"),
        "at_risk": (facts["liquidations_at_risk"], "no_risk"),
        "leverage": (facts["leverage"], "no_mix"),
        "observed": (facts["observed"], _unobserved(facts)),
    }
    needed = {
        "no_contagion": {"needed": NEEDED_COVERED},
        "no_risk": {"days": figure(LEAST_SCENARIOS, "count")},
    }
    return {
        name: Statement(id=reason, values=needed.get(reason, {}))
        for name, (there, reason) in found.items()
        if not there
    }


def _unobserved(facts: Facts) -> str:
    if not facts.choices.has_accounts:
        return "no_accounts"
    return "no_positions" if facts["observations"] else "not_asked"


def _observed(seen: Record) -> Statement:
    """State how many accounts answered, and what is missing."""
    counts = ("accounts_answered", "accounts_listed", "positions_accepted", "positions_rejected")
    note = (Statement(id="missing", values={"what": seen["note"]}),) if seen["note"] else ()
    figures = {name: figure(seen[name], "count") for name in counts}
    return state("observed", seen, "venue", **figures, note=note)
