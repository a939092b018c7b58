"""What a report states that it does not print, and what is assumed rather than known."""

from collections import defaultdict
from collections.abc import Sequence

from oirisk.schemas.report.briefing import Withheld
from oirisk.schemas.report.limits import HIGHEST_ROTATION, PEG_BAND, Limits
from oirisk.schemas.report.parts import Said, Statement
from oirisk.transforms.report.bottom_line import shortfall
from oirisk.transforms.report.facts import Facts, Record
from oirisk.transforms.report.read import figure, state
from oirisk.transforms.report.rows import stress

_NAMED = 4

_IMPORTED = "import"
"""The product of figures that came from files; the rule of these is theirs, no exchange's."""


def withheld(facts: Facts) -> tuple[Withheld, ...]:
    """List what was not printed, grouped by reason."""
    found: list[Withheld] = []
    if not facts.is_published:
        reason = facts.market["withheld_reason"] if facts.market else shortfall(facts)
        found.append(Withheld(what="total open interest", reason=reason))
    groups: dict[str, list[str]] = defaultdict(list)
    for row in facts["assets"]:
        if not row["published"]:
            groups[row["withheld_reason"] or "coverage is too low"].append(row["asset"])
    found += [Withheld(what=_names(assets), reason=reason) for reason, assets in groups.items()]
    found += [Withheld(what=_uncounted(row), reason=row["reason"]) for row in facts["uncounted"]]
    return (*found, *_stress_withheld(stress(facts)), *_unreported(facts))


def _uncounted(row: Record) -> Statement:
    name = "uncounted_one" if row["instruments"] == 1 else "uncounted"
    return state(name, row, "venue", "symbol", n=figure(row["instruments"], "count"))


def _stress_withheld(rows: Sequence[Record]) -> list[Withheld]:
    """List the stress grids that are not printed, with their reasons."""
    factors: dict[tuple[str, str], set[float]] = defaultdict(set)
    for row in rows:
        if row["withheld_reason"]:
            factors[row["asset"], row["withheld_reason"]].add(row["depth_factor"])
    every = {row["depth_factor"] for row in rows}
    return [
        Withheld(what=_stress_of(asset, seen, every), reason=reason)
        for (asset, reason), seen in factors.items()
    ]


def _stress_of(asset: str, seen: set[float], every: set[float]) -> Statement:
    depths = () if seen == every else sorted(seen, reverse=True)
    parts = tuple(
        Statement(id="depth", values={"share": figure(depth, "share")}) for depth in depths
    )
    if not parts:
        return Statement(id="stress", values={"asset": asset})
    return Statement(id="stress_at", values={"asset": asset, "depths": parts})


def _unreported(facts: Facts) -> list[Withheld]:
    """State that the large US exchanges are missing where no report of theirs is stored."""
    if facts["cftc"] or facts.run["is_simulated"]:
        return []
    what = "CME and Coinbase Derivatives"
    return [Withheld(what=what, reason=Statement(id="no_weekly"))]


def assumptions(facts: Facts) -> tuple[Said, ...]:
    """State what is assumed rather than known."""
    products = facts["products"]
    rotation = figure(facts.choices.rotation, "ratio")
    named = {
        "contested": _known_as(products, "counting_evidence", "contested"),
        "counting_assumed": _known_as(products, "counting_evidence", "assumed"),
        "unit_assumed": _known_as(products, "unit_evidence", "assumed"),
        "imported": tuple(
            sorted({row["venue"] for row in products if row["product"] == _IMPORTED})
        ),
        "unfunded": _without_funding(products),
    }
    return (
        Statement(id="at_par", values={"band": PEG_BAND}),
        *(Statement(id=name, values={"venues": who}) for name, who in named.items() if who),
        Statement(
            id="entries", values={"rotation": rotation, "most": figure(HIGHEST_ROTATION, "ratio")}
        ),
        Statement(id="levels", values={"mixes": figure(Limits().mixes, "count")}),
    )


def _known_as(products: Sequence[Record], name: str, evidence: str) -> tuple[str, ...]:
    """Name the exchanges with a figure of their own whose evidence is of a kind."""
    own = (row for row in products if row["product"] != _IMPORTED)
    return tuple(sorted({row["venue"] for row in own if row[name] == evidence}))


def _without_funding(products: Sequence[Record]) -> tuple[str, ...]:
    """Name the exchanges of whose perpetuals no funding is known."""
    shares: dict[str, list[float]] = defaultdict(list)
    for row in products:
        if row["funding_covered_share"] is not None:
            shares[row["venue"]].append(row["funding_covered_share"])
    return tuple(sorted(venue for venue, known in shares.items() if not any(known)))


def _names(assets: list[str]) -> Statement:
    """Name the first assets and count the rest."""
    names, rest = tuple(assets[:_NAMED]), len(assets) - _NAMED
    if rest <= 0:
        return Statement(id="assets", values={"assets": names})
    return state("assets_more", {}, assets=names, n=figure(rest, "count"))
