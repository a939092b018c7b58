"""The page, the mail and the text say the same, safely, and the same way twice."""

import json
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import html5lib
import pytest

from oirisk.schemas.report.briefing import Change, Figure, Report
from oirisk.schemas.report.limits import Limits
from oirisk.schemas.report.parts import Band, Part
from oirisk.templates import formats, wording
from oirisk.templates.render import (
    ArchiveEntry,
    RenderedReport,
    archive_entry,
    render_archive,
    render_report,
)
from oirisk.templates.sentences import say

CASES = Path(__file__).parents[1] / "golden" / "report"
NAMES = ("rich", "quiet", "degraded", "simulated", "hostile", "stated")
HTML = "{http://www.w3.org/1999/xhtml}"


@cache
def load(name: str) -> Report:
    return Report.model_validate_json((CASES / f"{name}.json").read_text(encoding="utf-8"))


@cache
def rendered(name: str) -> RenderedReport:
    return render_report(load(name))


def parse(page: str) -> Any:
    return html5lib.HTMLParser(strict=True).parse(page)


def texts(page: str) -> str:
    return " ".join(" ".join(parse(page).itertext()).split())


def missing_figures(part: Any) -> list[Figure]:
    if isinstance(part, Figure):
        return [part] if part.value is None else []
    if isinstance(part, tuple):
        return [found for item in part for found in missing_figures(item)]
    if hasattr(type(part), "model_fields"):
        fields = type(part).model_fields
        return [found for name in fields for found in missing_figures(getattr(part, name))]
    return []


@pytest.mark.parametrize("name", NAMES)
def test_page_and_mail_are_valid_html(name: str) -> None:
    parse(rendered(name).index_html)
    parse(rendered(name).email_html)


@pytest.mark.parametrize("name", NAMES)
def test_the_only_script_is_ours_and_it_alone_may_run(name: str) -> None:
    tree = parse(rendered(name).index_html)
    scripts = tree.findall(f".//{HTML}script")
    assert len(scripts) == 1
    assert "data-sortable" in scripts[0].text
    policy = tree.find(f".//{HTML}meta[@http-equiv]").get("content")
    assert "default-src 'none'" in policy
    assert "script-src 'sha256-" in policy
    for element in tree.iter():
        assert not [key for key in element.attrib if str(key).lower().startswith("on")]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_fetched_from_anywhere(name: str) -> None:
    for page in (rendered(name).index_html, rendered(name).email_html):
        tree = parse(page)
        for element in tree.iter():
            for key, value in element.attrib.items():
                if str(key).endswith(("src", "href")):
                    assert not re.match(r"(?i)\s*(https?:|//|data:|javascript:)", value), value
        assert "@import" not in page
        assert not re.search(r"url\((?!#)", page)


@pytest.mark.parametrize("name", NAMES)
def test_ids_are_unique_and_inner_links_lead_somewhere(name: str) -> None:
    tree = parse(rendered(name).index_html)
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for link in tree.iter(f"{HTML}a"):
        if link.get("href").startswith("#"):
            assert link.get("href")[1:] in ids
    for element in tree.iter():
        for target in (element.get("aria-labelledby") or "").split():
            assert target in ids


@pytest.mark.parametrize("name", NAMES)
def test_the_mail_keeps_to_what_mail_programs_allow(name: str) -> None:
    mail = rendered(name).email_html
    assert len(mail.encode()) <= 80_000
    for forbidden in ("<script", "<svg", "data:", "position:", "flex"):
        assert forbidden not in mail
    assert mail.count("prefers-color-scheme") == 1
    tree = parse(mail)
    assert tree.get("lang") == "en"
    images = tree.findall(f".//{HTML}img")
    on_the_page_alone = ("terms", "smiles", *(["strikes"] if name == "quiet" else []))
    assert sorted(image.get("src") for image in images) == sorted(
        f"cid:{chart}@oirisk"
        for chart in rendered(name).charts
        if not chart.startswith(on_the_page_alone)
    )
    assert all(len(image.get("alt")) > 30 for image in images)
    for grid in tree.iter(f"{HTML}table"):
        if grid.get("role") != "presentation":
            assert grid.find(f"{HTML}caption") is not None
            assert len(grid.findall(f".//{HTML}tr")) <= 26


@pytest.mark.parametrize("name", NAMES)
def test_a_chart_name_is_safe_as_a_file_name(name: str) -> None:
    for chart, image in rendered(name).charts.items():
        assert re.fullmatch(r"[a-z0-9-]{1,60}", chart)
        assert image.startswith(b"\x89PNG")


@pytest.mark.parametrize("name", NAMES)
def test_every_headline_number_is_in_page_mail_and_text(name: str) -> None:
    made = rendered(name)
    forms = (texts(made.index_html), texts(made.email_html), " ".join(made.email_text.split()))
    for tile in load(name).tiles:
        label = formats.one_line(tile.label)
        value = wording.tile_value(tile)
        for form in forms:
            assert value in form
            assert label[:20] in form


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_number_gives_its_reason_and_never_a_value(name: str) -> None:
    made = rendered(name)
    reasons = {formats.one_line(say(part.reason)) for part in missing_figures(load(name))}
    for reason in reasons:
        assert reason in texts(made.index_html)
    for form in (texts(made.index_html), texts(made.email_html), made.email_text):
        assert not re.search(r"\b(nan|None|inf|undefined)\b", form)


def test_a_night_without_totals_prints_none() -> None:
    made = rendered("degraded")
    low = "coverage 72.2% is below 90.0%, so no total is published"
    for form in (texts(made.index_html), texts(made.email_html), " ".join(made.email_text.split())):
        assert low in form
        assert "$34.8bn" not in form
        assert "$0.00" not in form


@pytest.mark.parametrize("name", NAMES)
def test_plain_text_keeps_to_78_columns(name: str) -> None:
    assert max(len(line) for line in rendered(name).email_text.splitlines()) <= 78
    assert all(char.isprintable() or char == "\n" for char in rendered(name).email_text)


@pytest.mark.parametrize("name", ["stated", "hostile"])
def test_a_stored_report_gives_the_same_bytes_again(name: str) -> None:
    stored = rendered(name).report_json
    assert render_report(Report.model_validate_json(stored)) == rendered(name)


@pytest.mark.parametrize("name", ["rich", "stated"])
def test_the_plain_text_is_as_agreed(name: str) -> None:
    expected = (CASES / f"{name}.txt").read_text(encoding="utf-8")
    assert rendered(name).email_text == expected


def test_a_report_that_an_earlier_version_stored_still_renders() -> None:
    """Its sentences are texts, it names no limits, and it is the rich night but for new fields."""
    before = load("before")
    made, expected = render_report(before), render_report(as_of_then(load("rich"), before))
    assert made.email_text == expected.email_text
    assert made.index_html == expected.index_html
    assert made.email_html == expected.email_html


def as_of_then(part: Any, before: Any) -> Any:
    """Leave out of a report what an earlier version of the same did not store."""
    if isinstance(part, tuple) and isinstance(before, tuple):
        return tuple(as_of_then(*pair) for pair in zip(part, before, strict=True))
    if not isinstance(part, Part) or type(part) is not type(before):
        return part
    return part.model_copy(
        update={
            name: as_of_then(getattr(part, name), getattr(before, name))
            if name in before.model_fields_set
            else getattr(before, name)
            for name in type(part).model_fields
        }
    )


def test_json_gives_the_report_back() -> None:
    made = rendered("hostile").report_json
    assert Report.model_validate_json(made) == load("hostile")
    assert json.loads(made)["run_id"] == load("hostile").run_id


def test_a_quiet_night_is_short() -> None:
    made = rendered("quiet")
    assert len(made.email_html.encode()) <= 25_000
    assert len(made.email_text) < len(rendered("rich").email_text) * 0.6
    assert "No threshold was crossed" in made.email_text


def test_a_long_table_ends_with_how_many_more_there_are() -> None:
    assert "387 more in the full report or the warehouse." in rendered("rich").email_html
    assert "387 more in the full report or the warehouse." in rendered("rich").email_text
    assert "382 more not shown here." in rendered("rich").index_html


def test_simulated_data_cannot_be_taken_for_real() -> None:
    made = rendered("simulated")
    page, mail = parse(made.index_html), parse(made.email_html)
    for tree in (page, mail):
        assert "SIMULATED" in tree.find(f".//{HTML}title").text
        assert tree.find(f".//{HTML}h1").text.startswith("SIMULATED")
        assert "Every number here comes from simulated exchanges" in " ".join(tree.itertext())
    assert made.email_text.startswith("*** SIMULATED ***")
    assert wording.subject(load("simulated")).startswith("[SIMULATED] ")
    assert wording.preheader(load("simulated")).startswith("SIMULATED. ")
    assert "SIMULATED" not in rendered("rich").index_html


def test_degraded_data_say_why_at_the_top() -> None:
    text = rendered("degraded").email_text
    assert text.startswith("*** DATA DEGRADED ***")
    assert text.index("kucoinfutures: failed, HTTP 503") < text.index("HEADLINE NUMBERS")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("rich", "[PARTIAL] Open interest $34.8bn (+1.2% 24h like-for-like) - 2026-09-21"),
        ("quiet", "Open interest $34.8bn (+1.2% 24h like-for-like) - 2026-09-21"),
        ("degraded", "[DATA DEGRADED] Open interest not published - 2026-09-21"),
        (
            "simulated",
            "[SIMULATED] [PARTIAL] Open interest $34.8bn (+1.2% 24h like-for-like) - 2026-09-21",
        ),
        ("hostile", "[PARTIAL] Open interest $34.8bn (+1.2% 24h like-for-like) - 2026-09-21"),
    ],
)
def test_the_subject_says_state_total_and_date(name: str, expected: str) -> None:
    assert wording.subject(load(name)) == expected
    assert len(wording.preheader(load(name))) <= 110
    assert "\n" not in wording.preheader(load(name))


def test_low_coverage_alone_makes_a_report_partial() -> None:
    quiet = load("quiet")
    low = quiet.model_copy(update={"oi_coverage": Figure(value=0.89, unit="share")})
    assert not wording.is_partial(quiet)
    assert wording.is_partial(low)
    configured = low.model_copy(update={"limits": Limits(coverage=0.8)})
    assert not wording.is_partial(configured)


def test_a_method_change_is_named_and_not_shown_as_a_fall() -> None:
    change = Change(
        kind="method", subject="bybit", text="both sides until 2026-06-11, one since", method="M38"
    )
    made = render_report(load("quiet").model_copy(update={"changes": (change,)}))
    for form in (texts(made.index_html), texts(made.email_html), made.email_text):
        assert "method change" in form


def test_unproven_counting_is_marked_wherever_it_is_shown() -> None:
    made = rendered("rich")
    assert "(assumed) [1]" in made.email_text
    assert "(assumed) [1]" in made.email_html
    assert "\u00d7 0.50 (assumed)2" in "".join(parse(made.index_html).itertext())


def test_sql_of_an_unknown_section_is_still_shown() -> None:
    assert rendered("rich").index_html.count("SQL for this section") == len(load("rich").queries)


def test_the_mail_shortens_its_tables_before_it_grows_too_large() -> None:
    rich = load("rich")
    long = "x" * 240
    flood = tuple(
        Change(kind="asset", subject=f"{long}{place}", text=long, method="M03")
        for place in range(200)
    )
    row = rich.coverage[0].model_copy(update={"venue": long, "status": long, "error": long})
    made = render_report(rich.model_copy(update={"changes": flood, "coverage": (row,) * 100}))
    assert len(made.email_html.encode()) <= 80_000
    assert "more in the full report." in made.email_html


def test_the_archive_lists_reports_newest_first_with_relative_links() -> None:
    entries = [
        archive_entry(load("rich"), "2026-09-21/index.html"),
        ArchiveEntry(
            "2026-09-22/index.html", datetime(2026, 9, 22, tzinfo=UTC), None, "partial", True
        ),
    ]
    page = render_archive(entries)
    assert render_archive(entries[::-1]) == page
    links = [link.get("href") for link in parse(page).iter(f"{HTML}a")]
    assert links == ["2026-09-22/index.html", "2026-09-21/index.html"]
    assert "$34.8bn" in page
    assert "SIMULATED, partial" in page
    parse(render_archive([]))


@pytest.mark.parametrize(
    "href", ["", "/etc/passwd", "https://x.example/", "//x", "javascript:alert(1)", "../up.html"]
)
def test_the_archive_links_only_below_itself(href: str) -> None:
    with pytest.raises(ValueError, match="need a path below the archive"):
        ArchiveEntry(href, datetime(2026, 9, 22, tzinfo=UTC), None, "complete", False)


def test_findings_of_a_part_of_an_asset_say_of_what_part() -> None:
    report = load("rich")
    (first, *rest) = report.assets
    hidden = first.model_copy(
        update={
            "oi_usd": Figure(value=None, unit="usd", reason="not published"),
            "coverage": Figure(value=0.8096, unit="share"),
        }
    )
    partly = report.model_copy(update={"assets": (hidden, *rest)})
    profile = next(one for one in report.profiles if one.asset == first.asset)
    found = next(one for one in report.liquidations.maps if one.asset == first.asset)
    said = "This is of the 81.0% of its open interest that is known."
    assert said in wording.profile_finding(partly, profile)
    assert wording.map_finding(partly, found).endswith(said)
    assert said not in wording.profile_finding(report, profile)
    assert said not in wording.map_finding(report, found)


def test_a_range_without_width_is_no_range() -> None:
    report = load("rich")
    found = report.liquidations.maps[0]
    rows = tuple(
        row.model_copy(update={"within_5_pct": Band(usd=9.1e8, low=9.099e8, high=9.101e8)})
        for row in report.liquidations.reach
    )
    alike = report.model_copy(
        update={"liquidations": report.liquidations.model_copy(update={"reach": rows})}
    )
    assert "modelled $910m of longs are closed by force (all mixes alike)." in wording.map_finding(
        alike, found
    )
    text = " ".join(render_report(alike).email_text.split())
    assert "$910m (all alike)" in text
    assert "$910m to $910m" not in text
