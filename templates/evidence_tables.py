"""The tables of what the liquidation map rests on: its track record, its mixes, what was seen."""

from oirisk.schemas.report.liquidations import LeverageRow, ObservedRow, TrackRow
from oirisk.templates import formats
from oirisk.templates.tables import Cell, Column, Table, counted, numbers, quantity, table, words


def track(rows: tuple[TrackRow, ...]) -> Table:
    """Table of how often the map was right."""
    columns = (
        Column("Asset"),
        Column("Mix"),
        *numbers("Days", "Nights scored", "Bins crossed"),
        *numbers("Precision", "Chance", "Lift", "95 % interval"),
        Column("Verdict"),
    )
    return table(
        "track",
        "Of all bins that price crossed, those that the map left empty among them: of the map's "
        "fullest quarter, how many were in the fullest quarter of what was closed",
        columns,
        [_track(row) for row in rows],
    )


def _track(row: TrackRow) -> tuple[Cell, ...]:
    low, high = row.wilson_low, row.wilson_high
    span = quantity(low)
    if low.value is not None and high.value is not None:
        span = Cell(formats.span(formats.share(low.value), formats.share(high.value)), low.value)
    return (
        words("all assets" if row.asset == "ALL" else row.asset),
        words(row.prior.replace("_", " ")),
        counted(row.days),
        counted(row.nights),
        counted(row.bins),
        quantity(row.precision),
        quantity(row.chance),
        quantity(row.lift),
        span,
        words(row.verdict, tone="" if row.verdict == "better than chance" else "warn"),
    )


def leverage(rows: tuple[LeverageRow, ...]) -> Table:
    """Table of mixes of leverage: stated, learned, observed."""
    columns = (
        Column("Mix"),
        Column("Source"),
        Column("Asset"),
        *numbers("Below 3\u00d7", "3\u00d7 to 7\u00d7", "Above 7\u00d7", "Fit R\u00b2", "Steps"),
        Column("As of"),
    )
    return table(
        "leverage",
        "Mixes of leverage: stated and learned ones are of what is opened, observed ones of what "
        "is still open",
        columns,
        [_leverage(row) for row in rows],
    )


def _leverage(row: LeverageRow) -> tuple[Cell, ...]:
    return (
        words(row.name.replace("_", " ")),
        words(row.source),
        words(row.asset or "all"),
        *(
            Cell(formats.share(value), value)
            for value in (row.below_3x, row.from_3x_to_7x, row.above_7x)
        ),
        quantity(row.fit),
        words("") if row.steps is None else counted(row.steps),
        words(formats.instant(row.learned_at, "")),
    )


def observed(rows: tuple[ObservedRow, ...]) -> Table:
    """Table of how much of the market the observed accounts hold."""
    columns = (
        Column("Asset"),
        Column("Exchange"),
        *numbers("Accounts", "Positions", "Longs", "of its OI", "Shorts", "of its OI"),
    )
    return table(
        "observed",
        "Measured: what the observed accounts hold, and its part of the exchange's open interest",
        columns,
        [
            (
                words(row.asset),
                words(row.venue),
                counted(row.accounts),
                counted(row.positions),
                Cell(formats.base(row.long_base), row.long_base),
                quantity(row.long_share),
                Cell(formats.base(row.short_base), row.short_base),
                quantity(row.short_share),
            )
            for row in rows
        ],
    )
