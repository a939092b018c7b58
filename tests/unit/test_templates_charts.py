"""Charts keep gaps as gaps, need no font or network, and carry no id twice."""

import struct
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import altair as alt
import pytest
from jsonschema import ValidationError

from oirisk.schemas.report.briefing import OiHistory, OiPoint, Report, VenueShare
from oirisk.templates import axes, charts, drawing, figures
from oirisk.templates.render import draw_charts

CASES = Path(__file__).parents[1] / "golden" / "report"
START = datetime(2026, 9, 1, tzinfo=UTC)


def history(*levels: float | None) -> OiHistory:
    return OiHistory(
        asset="BTC",
        points=tuple(
            OiPoint(at=START + timedelta(hours=place), oi_base=level, oi_usd=None, price=None)
            for place, level in enumerate(levels)
        ),
    )


@pytest.fixture(scope="module")
def rich() -> Report:
    return Report.model_validate_json((CASES / "rich.json").read_text(encoding="utf-8"))


def test_a_withheld_total_stays_a_gap_and_a_lone_one_stays_visible() -> None:
    rows = charts.history_rows(history(1.0, 2.0, None, 3.0, None))
    assert [row["oi"] for row in rows] == [1.0, 2.0, None, 3.0, None]
    assert [row["oi_lone"] for row in rows] == [False, False, False, True, False]


def test_a_gap_breaks_the_drawn_line_in_two() -> None:
    whole = drawing.draw(charts.history_spec(history(1.0, 2.0, 3.0, 4.0, 5.0), "", 592))
    broken = drawing.draw(charts.history_spec(history(1.0, 2.0, None, 4.0, 5.0), "", 592))
    assert whole.count('stroke="#0b6e76"') == broken.count('stroke="#0b6e76"') == 1

    def strokes(drawn: str) -> int:
        before = drawn[: drawn.index('stroke="#0b6e76"')]
        return before[before.rindex(' d="') :].count("M")

    assert (strokes(whole), strokes(broken)) == (1, 2)


@pytest.mark.parametrize(
    ("low", "high", "most", "expected"),
    [
        (0, 10, 5, [0, 2, 4, 6, 8, 10]),
        (-600, 600, 4, [-500, 0, 500]),
        (84_300, 84_300, 5, [84_300]),
        (0.00001, 0.00002, 4, [0.00001, 0.0000125, 0.000015, 0.0000175, 0.00002]),
    ],
)
def test_ticks_are_round(low: float, high: float, most: int, expected: list[float]) -> None:
    assert axes.ticks(low, high, most) == expected


def test_time_ticks_are_utc_midnights_or_round_hours() -> None:
    first, last = (int((START + timedelta(days=days)).timestamp() * 1000) for days in (0.3, 30.3))
    chosen, pattern = axes.instants(first, last, 7)
    assert pattern == "%-d %b"
    assert [datetime.fromtimestamp(at / 1000, UTC).strftime("%d %H") for at in chosen] == [
        "06 00",
        "11 00",
        "16 00",
        "21 00",
        "26 00",
        "01 00",
    ]
    chosen, pattern = axes.instants(first, first + 7_200_000, 4)
    assert pattern == "%H:%M"
    assert all(at % 3_600_000 == 0 for at in chosen)


def test_two_venues_of_one_name_keep_two_bars() -> None:
    shares = tuple(VenueShare(venue="a" * 40 + end, oi_usd=1e9, share=0.5) for end in ("x", "y"))
    drawn = drawing.draw(charts.shares_spec(shares, "", 592))
    assert drawn.count('fill="#0b6e76"') == 2


def test_a_repacked_png_has_the_same_pixels_in_fewer_bytes(rich: Report) -> None:
    drawn = drawing.draw(charts.shares_spec(rich.venue_shares, "", 592))
    plain = drawing.vl_convert.svg_to_png(drawn, scale=2)
    packed = drawing.repack(plain)

    def pixels(image: bytes) -> bytes:
        position, found = 8, b""
        while position < len(image):
            (length,) = struct.unpack(">I", image[position : position + 4])
            if image[position + 4 : position + 8] == b"IDAT":
                found += image[position + 8 : position + 8 + length]
            position += 12 + length
        return zlib.decompress(found)

    assert pixels(packed) == pixels(plain)
    assert len(packed) < len(plain) / 2


def test_pictures_for_mail_are_small_and_at_most_600_wide(rich: Report) -> None:
    drawn = [chart for chart in draw_charts(rich) if isinstance(chart, figures.Drawn)]
    assert [chart.section for chart in drawn] == [
        "history",
        "history",
        "clusters",
        "clusters",
        "liquidations",
        "liquidations",
        "options",
        "options",
        "options-terms",
        "options-terms",
        "options-terms",
        "venues",
    ]
    for chart in drawn:
        width, _ = struct.unpack(">II", chart.png[16:24])
        assert width <= 1200
        assert len(chart.png) <= 60_000


def test_every_chart_is_what_the_schema_of_vega_lite_allows(
    rich: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[dict[str, Any]] = []
    draw = drawing.draw
    monkeypatch.setattr(drawing, "draw", lambda spec: drawn.append(spec) or draw(spec))
    draw_charts(rich)
    assert len(drawn) == 24
    for spec in drawn:
        alt.Chart.from_dict({**spec, "datasets": {}}, validate=True)
    with pytest.raises(ValidationError):
        alt.Chart.from_dict({**drawn[0], "datasets": {}, "spacing": "wide"}, validate=True)


def test_text_is_drawn_with_the_font_that_travels_along(rich: Report) -> None:
    spec = charts.shares_spec(rich.venue_shares, "", 592)
    assert spec["config"]["font"].startswith("Liberation Sans")


def test_a_simulated_report_says_so_in_every_title(rich: Report) -> None:
    made = rich.model_copy(update={"is_simulated": True})
    for chart in draw_charts(made):
        assert chart.title.startswith("SIMULATED: ")
        if isinstance(chart, figures.Drawn):
            assert "SIMULATED: " in chart.wide.split("</desc>")[1]
            assert "SIMULATED: " in chart.narrow.split("</desc>")[1]


def test_one_total_is_no_line_and_none_is_no_chart() -> None:
    night = Report.model_validate_json((CASES / "degraded.json").read_text(encoding="utf-8"))
    made = draw_charts(night)
    assert [chart.reason for chart in made if isinstance(chart, figures.Empty)] == [
        "0 published totals are stored, a line needs two",
        "no asset has enough history for an entry-price profile yet",
        "coverage 41.0% is below 90.0%: deribit failed",
        "neither a volatility nor a basis is known of any expiry",
        "of two risk reversals of 30 days that a line needs one is stored",
        "the total is not published",
    ]
    assert len(made) == 6


def test_the_table_under_a_history_gives_the_last_point_of_each_day(rich: Report) -> None:
    chart = next(chart for chart in draw_charts(rich) if isinstance(chart, figures.Drawn))
    assert len(chart.twin.rows) == 31
    assert [cell.text for cell in chart.twin.rows[-1]] == [
        "2026-09-21 00:05 UTC",
        "412.3k",
        "$35.0bn",
        "$84,300",
    ]
