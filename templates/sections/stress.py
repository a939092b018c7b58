"""What shocks would set off: the stress grid, liquidations at risk, contagion."""

from collections.abc import Mapping
from dataclasses import replace

from oirisk.schemas.report.briefing import Report
from oirisk.schemas.report.liquidations import AtRiskRow, ContagionRow, StressRow
from oirisk.templates import formats, wording
from oirisk.templates.blocks import Section, Sql, TableOf, heading
from oirisk.templates.tables import Cell, Column, Shown, counted, measure, number, word

_STOPS: Mapping[str, str] = {
    "no_level_hit": "the next level is out of reach",
    "exhausted": "all levels are closed",
    "price_floor": "price is at the model's floor",
}


def _move(row: StressRow) -> Shown:
    move, low, high = (
        formats.pct(value, signed=False)
        for value in (row.move_pct, row.move_low_pct, row.move_high_pct)
    )
    return Cell(f"{move} ({formats.span(low, high, formats.ALIKE)})", row.move_pct)


def _reproduction(row: StressRow) -> Shown:
    found = row.reproduction_number
    return Cell(formats.ratio(found), found, "warn" if found >= 1 else "")


def _days(row: AtRiskRow, needed: int) -> Shown:
    days = counted(row.scenarios)
    few = f"not meaningful: fewer than {formats.count(needed)} past days are known"
    return days if row.is_meaningful else replace(days, tone="warn", reason=few)


_STRESS: tuple[Column[StressRow], ...] = (
    word("Asset", "asset"),
    measure("Shock", "pct", "shock_pct"),
    measure("Depth left", "share", "depth_factor"),
    number("Closed by force", "liquidated"),
    number("Whole move", _move),
    number("R", _reproduction),
    word("Ends because", lambda row: _STOPS.get(row.stop_reason, row.stop_reason)),
    measure("OI covered", "share", "covered_share"),
)


def _at_risk(report: Report) -> tuple[Column[AtRiskRow], ...]:
    return (
        word("Asset", "asset"),
        measure("Confidence", "share", "alpha"),
        number("At risk", "at_risk"),
        number("Mean of the tail", "shortfall"),
        number("Past days", lambda row: _days(row, report.limits.risk_days)),
        measure("No fall beyond", "pct", "worst_return_pct"),
    )


_CONTAGION: tuple[Column[ContagionRow], ...] = (
    word("Exchange", "venue"),
    number("Rank", "rank"),
    measure("Sells", "share", "forced_share"),
    measure("Loss of all others", "usd", "loss_usd"),
    word("Most hit", "most_hit"),
    measure("Its loss", "usd", "most_hit_usd"),
    measure("Its OI covered", "share", "oi_covered"),
    measure("Coins covered", "share", "covered_share"),
)

SECTION = Section(
    id="stress",
    place=90,
    nav="Stress",
    title="Stress, liquidations at risk, contagion",
    media="page",
    blocks=(
        heading("Stress grid", "M25"),
        TableOf(
            "stress",
            lambda report: (
                "What a shock would set off on the exchanges whose order books were read "
                f"(modelled; in brackets {wording.range_of(report)} of leverage). R of 1 or more: "
                "forced closes feed themselves"
            ),
            _STRESS,
            lambda report: report.liquidations.stress,
            empty=lambda report: wording.nothing(report, "stress"),
            tall=True,
        ),
        Sql({"stress": ("stress",)}),
        heading("Liquidations at risk", "M34"),
        TableOf(
            "at_risk",
            lambda report: (
                "Forced closes of one day like the worst of the past, without cascade (modelled; "
                f"in brackets {wording.range_of(report)} of leverage)"
            ),
            _at_risk,
            lambda report: report.liquidations.at_risk,
            empty=lambda report: wording.nothing(report, "at_risk"),
        ),
        Sql({"at_risk": ("liquidations_at_risk",)}),
        heading("Contagion between exchanges", "M26"),
        TableOf(
            "contagion",
            "What it would cost the others if an exchange sold this part of everything (modelled; "
            "of coins and exchanges whose order books were read)",
            _CONTAGION,
            lambda report: report.liquidations.contagion,
            empty=lambda report: wording.nothing(report, "contagion"),
        ),
        Sql({"contagion": ("contagion",)}),
    ),
)
