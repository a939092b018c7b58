"""How often the liquidation map was right."""

from oirisk.schemas.report.liquidations import TrackRow
from oirisk.templates import formats, wording
from oirisk.templates.blocks import Lines, Section, Sql, TableOf, verdict
from oirisk.templates.tables import Cell, Column, Shown, number, word, words


def _interval(row: TrackRow) -> Shown:
    low, high = row.wilson_low, row.wilson_high
    if low.value is None or high.value is None:
        return low
    return Cell(formats.span(formats.share(low.value), formats.share(high.value)), low.value)


_COLUMNS: tuple[Column[TrackRow], ...] = (
    word("Asset", lambda row: "all assets" if row.asset == "ALL" else row.asset),
    word("Mix", lambda row: row.prior.replace("_", " ")),
    number("Days", "days"),
    number("Nights scored", "nights"),
    number("Bins crossed", "bins"),
    number("Precision", "precision"),
    number("Chance", "chance"),
    number("Lift", "lift"),
    number("95 % interval", _interval),
    word(
        "Verdict",
        lambda row: words(row.verdict, tone="" if row.verdict == "better than chance" else "warn"),
    ),
)

SECTION = Section(
    id="track",
    place=80,
    nav="Track record",
    title="Track record of the map",
    media="page",
    blocks=(
        Lines(verdict, style={"page": "verdict"}),
        TableOf(
            "track",
            "Of all bins that price crossed, those that the map left empty among them: of the "
            "map's fullest quarter, how many were in the fullest quarter of what was closed",
            _COLUMNS,
            lambda report: report.liquidations.track,
            empty=lambda report: wording.nothing(report, "track"),
        ),
        Sql({"track": ("track_record",)}),
    ),
)
