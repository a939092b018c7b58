"""The section on data quality: scores, findings, and what is said when there are none."""

from pathlib import Path
from typing import Any

import html5lib
import pytest

from oirisk.schemas.report.briefing import AuditRow, Figure, QualityRow, Report
from oirisk.templates import wording
from oirisk.templates.render import RenderedReport, render_report

CASES = Path(__file__).parents[1] / "golden" / "report"
FULL = Figure(value=1.0, unit="share")
NONE = Figure(value=None, unit="share", reason="the exchange gave no row")


def _row(venue: str, score: float, consistency: Figure, findings: int) -> QualityRow:
    return QualityRow(
        venue=venue, score=score, completeness=1.0 if score else 0.0, freshness=consistency,
        validity=consistency, consistency=consistency, convention=consistency, findings=findings,
    )  # fmt: skip


QUALITY = (
    _row("kraken", 0.0, NONE, 0),
    _row("bybit", 0.875, Figure(value=0.875, unit="share"), 3),
    _row("okx", 1.0, FULL, 0),
)
AUDIT = (
    AuditRow(
        venue="bybit", check_name="usd_routes", severity="error", count=3,
        example_symbol="BTC/USDT:USDT", detail="by coins x price it is <b>4e+06</b> USD",
    ),
    AuditRow(
        venue="okx", check_name="venue_jump", severity="error", count=1, example_symbol="",
        detail="12 instruments moved by a factor near 2 at once",
    ),
)  # fmt: skip


def _load(name: str) -> Report:
    return Report.model_validate_json((CASES / f"{name}.json").read_text(encoding="utf-8"))


def _words(page: str) -> str:
    parsed: Any = html5lib.HTMLParser(strict=True).parse(page)
    return " ".join(" ".join(parsed.itertext()).split())


@pytest.fixture(scope="module")
def made() -> RenderedReport:
    return render_report(_load("rich").model_copy(update={"quality": QUALITY, "audit": AUDIT}))


def test_every_form_shows_scores_and_findings(made: RenderedReport) -> None:
    for form in (_words(made.index_html), _words(made.email_html), made.email_text):
        folded = " ".join(form.split())
        assert "87.5%" in folded
        assert "usd routes" in folded
        assert "by coins x price it is <b>4e+06</b> USD" in folded
        assert "the exchange gave no row" in folded
        assert "12 instruments moved by a factor near 2 at once" in folded


def test_the_page_has_the_section_its_queries_and_a_link_to_it(made: RenderedReport) -> None:
    assert 'href="#quality"' in made.index_html
    assert made.index_html.index('id="coverage"') < made.index_html.index('id="quality"')
    assert made.index_html.index('id="quality"') < made.index_html.index('id="withheld"')


def test_a_report_without_findings_says_so_and_one_without_an_audit_does_not() -> None:
    clean = render_report(_load("rich").model_copy(update={"quality": QUALITY[2:]}))
    assert "The audit found nothing" in _words(clean.index_html)
    assert "The audit found nothing" in clean.email_text
    unmeasured = render_report(_load("rich"))
    assert "Data quality was not measured for this run." in _words(unmeasured.index_html)
    assert "audit found nothing" not in _words(unmeasured.index_html)


def test_a_night_with_findings_is_not_quiet() -> None:
    quiet = _load("quiet")
    assert wording.is_quiet(quiet)
    assert not wording.is_quiet(quiet.model_copy(update={"audit": AUDIT}))
