"""The tables of a briefing on forced closes."""

from collections.abc import Mapping
from dataclasses import replace

from oirisk.schemas.report.liquidations import (
    AtRiskRow,
    Band,
    ContagionRow,
    LiquidationMap,
    Liquidations,
    ReachRow,
    StressRow,
)
from oirisk.schemas.report.parts import Figure
from oirisk.templates import evidence_tables, formats
from oirisk.templates.tables import Cell, Column, Table, counted, quantity, table, words

_MOST_BINS = 40
_FEW_DAYS = "not meaningful: fewer than 250 past days are known"
_STOPS: Mapping[str, str] = {
    "no_level_hit": "the next level is out of reach",
    "exhausted": "all levels are closed",
    "price_floor": "price is at the model's floor",
}


def build(found: Liquidations) -> tuple[Table, ...]:
    """Make all tables; empty ones are among them."""
    return (
        reach(found.reach),
        evidence_tables.track(found.track),
        stress(found.stress),
        at_risk(found.at_risk),
        contagion(found.contagion),
        evidence_tables.leverage(found.leverage),
        evidence_tables.observed(found.observed),
    )


def banded(band: Band) -> Cell:
    """Make the cell of a modelled amount: the figure under the base mix, and the range."""
    limits = formats.span(formats.usd(band.low), formats.usd(band.high), formats.ALIKE)
    return Cell(f"{formats.usd(band.usd)} ({limits})", band.usd)


def reach(rows: tuple[ReachRow, ...]) -> Table:
    """Table of what would be closed by force within some distance of the mark."""
    columns = (
        Column("Asset"),
        Column("Side"),
        Column("Within 2 %", is_number=True, on_phone=False),
        Column("Within 5 %", is_number=True),
        Column("Within 10 %", is_number=True, in_text=False, on_phone=False),
        Column("5 % over depth", is_number=True, in_text=False),
    )
    return table(
        "reach",
        "Forced closes until price has moved so far: longs on a fall, shorts on a rise "
        "(modelled; base mix of leverage, in brackets the range over four mixes)",
        columns,
        [
            (
                words(row.asset),
                words(row.side),
                banded(row.within_2_pct),
                banded(row.within_5_pct),
                banded(row.within_10_pct),
                _times(row.mass_to_depth),
            )
            for row in rows
        ],
    )


def bins(identity: str, found: LiquidationMap) -> Table:
    """Table of the fullest bins of one map, highest price first."""
    columns = (
        Column("Side"),
        Column("From", is_number=True),
        Column("To", is_number=True),
        Column("Modelled", is_number=True),
        Column("Measured", is_number=True),
    )
    fullest = sorted(
        found.bins,
        key=lambda part: (-part.modelled.usd - part.measured, part.price_low, part.side),
    )
    shown = sorted(fullest[:_MOST_BINS], key=lambda part: (-part.price_low, part.side))
    rows = [
        (
            words(part.side),
            Cell(formats.price(part.price_low), part.price_low),
            Cell(formats.price(part.price_high), part.price_high),
            banded(part.modelled),
            Cell(formats.usd(part.measured), part.measured) if part.measured else words(""),
        )
        for part in shown
    ]
    caption = f"{formats.one_line(found.asset)}: fullest price bins; all are in the JSON"
    made = table(identity, caption, columns, rows)
    return replace(made, omitted=len(fullest) - len(shown))


def _times(part: Figure) -> Cell:
    if part.value is None:
        return quantity(part)
    return Cell(f"{formats.ratio(part.value)}\u00d7", part.value)


def stress(rows: tuple[StressRow, ...]) -> Table:
    """Table of the stress grid."""
    columns = (
        Column("Asset"),
        Column("Shock", is_number=True),
        Column("Depth left", is_number=True),
        Column("Closed by force", is_number=True),
        Column("Whole move", is_number=True),
        Column("R", is_number=True),
        Column("Ends because"),
        Column("OI covered", is_number=True, in_text=False),
    )
    return table(
        "stress",
        "What a shock would set off on the exchanges whose order books were read (modelled; in "
        "brackets the range over four mixes of leverage). R of 1 or more: forced closes feed "
        "themselves",
        columns,
        [_stress(row) for row in rows],
    )


def _stress(row: StressRow) -> tuple[Cell, ...]:
    low, high = (
        formats.pct(value, signed=False) for value in (row.move_low_pct, row.move_high_pct)
    )
    move = f"{formats.pct(row.move_pct, signed=False)} ({formats.span(low, high, formats.ALIKE)})"
    return (
        words(row.asset),
        Cell(formats.pct(row.shock_pct), row.shock_pct),
        Cell(formats.share(row.depth_factor), row.depth_factor),
        banded(row.liquidated),
        Cell(move, row.move_pct),
        Cell(
            formats.ratio(row.reproduction_number),
            row.reproduction_number,
            "warn" if row.reproduction_number >= 1 else "",
        ),
        words(_STOPS.get(row.stop_reason, row.stop_reason)),
        Cell(formats.share(row.covered_share), row.covered_share),
    )


def contagion(rows: tuple[ContagionRow, ...]) -> Table:
    """Table of exchanges by what their forced sales would cost the others."""
    columns = (
        Column("Exchange"),
        Column("Rank", is_number=True),
        Column("Sells", is_number=True),
        Column("Loss of all others", is_number=True),
        Column("Most hit"),
        Column("Its loss", is_number=True),
        Column("Its OI covered", is_number=True),
        Column("Coins covered", is_number=True, in_text=False),
    )
    return table(
        "contagion",
        "What it would cost the others if an exchange sold this part of everything (modelled; of "
        "coins and exchanges whose order books were read)",
        columns,
        [
            (
                words(row.venue),
                counted(row.rank),
                Cell(formats.share(row.forced_share), row.forced_share),
                Cell(formats.usd(row.loss_usd), row.loss_usd),
                words(row.most_hit),
                Cell(formats.usd(row.most_hit_usd), row.most_hit_usd),
                Cell(formats.share(row.oi_covered), row.oi_covered),
                Cell(formats.share(row.covered_share), row.covered_share),
            )
            for row in rows
        ],
    )


def at_risk(rows: tuple[AtRiskRow, ...]) -> Table:
    """Table of liquidations at risk."""
    columns = (
        Column("Asset"),
        Column("Confidence", is_number=True),
        Column("At risk", is_number=True),
        Column("Mean of the tail", is_number=True),
        Column("Past days", is_number=True),
        Column("No fall beyond", is_number=True),
    )
    return table(
        "at_risk",
        "Forced closes of one day like the worst of the past, without cascade (modelled; in "
        "brackets the range over four mixes of leverage)",
        columns,
        [_at_risk(row) for row in rows],
    )


def _at_risk(row: AtRiskRow) -> tuple[Cell, ...]:
    warning = "" if row.is_meaningful else _FEW_DAYS
    days = Cell(
        formats.count(row.scenarios), float(row.scenarios), "warn" if warning else "", warning
    )
    return (
        words(row.asset),
        Cell(formats.share(row.alpha), row.alpha),
        banded(row.at_risk),
        banded(row.shortfall),
        days,
        Cell(formats.pct(row.worst_return_pct), row.worst_return_pct),
    )
