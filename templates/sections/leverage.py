"""Mixes of leverage: stated, learned, observed."""

from oirisk.schemas.report.liquidations import LeverageRow
from oirisk.templates import formats, wording
from oirisk.templates.blocks import Line, Section, Sql, TableOf, hint
from oirisk.templates.tables import Column, measure, number, word

_COLUMNS: tuple[Column[LeverageRow], ...] = (
    word("Mix", lambda row: row.name.replace("_", " ")),
    word("Source", "source"),
    word("Asset", lambda row: row.asset or "all"),
    measure("Below 3\u00d7", "share", "below_3x"),
    measure("3\u00d7 to 7\u00d7", "share", "from_3x_to_7x"),
    measure("Above 7\u00d7", "share", "above_7x"),
    number("Fit R\u00b2", "fit"),
    number("Steps", "steps"),
    word("As of", lambda row: formats.instant(row.learned_at, "")),
)
_HIDDEN = Line(
    "Every exchange hides the leverage of its positions, so the map is drawn under several mixes",
    ("M22",),
    tail=". marts.leverage_priors, marts.leverage_calibration, marts.observed_leverage.",
)

SECTION = Section(
    id="leverage",
    place=100,
    nav="Leverage",
    title="Mixes of leverage",
    media="page",
    blocks=(
        TableOf(
            "leverage",
            "Mixes of leverage: stated and learned ones are of what is opened, observed ones of "
            "what is still open",
            _COLUMNS,
            lambda report: report.liquidations.leverage,
            empty=lambda report: wording.nothing(report, "leverage"),
        ),
        Sql({"leverage": ("leverage",)}),
        hint(_HIDDEN),
    ),
)
