"""The charts of options with what stands beside them: findings, data tables, reasons for none."""

from collections.abc import Iterator
from typing import NamedTuple

from oirisk.schemas.report.briefing import Report
from oirisk.schemas.report.options import (
    LADDER_DAYS,
    ExpiryRow,
    FutureRow,
    Ladder,
    SmileHistory,
    SmilePoint,
    Strike,
)
from oirisk.schemas.report.parts import Figure
from oirisk.templates import figures, formats, options_chart, options_findings, wording
from oirisk.templates.figures import Drawn, Empty
from oirisk.templates.sentences import say
from oirisk.templates.tables import Column, Table, measure, number, table, word

STRIKES = "options"
TERMS = "options-terms"
"""Sections of the charts: those by strike are mailed, those of terms are on the page alone."""

_LEAST_POINTS = 2
_NO_PLACE = "no strike around the price of a charted asset is known to hold anything"

_STRIKES: tuple[Column[Strike], ...] = (
    measure("Strike", "price", "strike"),
    measure("Calls, coins", "base", "call_oi_base"),
    measure("Puts, coins", "base", "put_oi_base"),
)
_SMILES: tuple[Column[SmilePoint], ...] = (
    word("Last of day", lambda point: formats.instant(point.at)),
    measure("RR, 30 d", "pp", "risk_reversal"),
    measure("ATM, 30 d", "share", "atm_iv_30d"),
)


class _Term(NamedTuple):
    of: str
    at: str
    volatility: Figure | None
    basis: Figure | None


_OF_TERM: tuple[Column[_Term], ...] = (
    word("Of", "of"),
    word("Expires", "at"),
    number("Volatility at the money", "volatility"),
    number("Basis a year", "basis"),
)


def drawn(report: Report) -> Iterator[Drawn | Empty]:
    """Draw strikes, then terms, then risk reversals over time, each of the charted assets."""
    found = report.options
    if not found.assets:
        return
    if not found.ladders:
        withheld = [row.oi_base.reason for row in found.assets if row.oi_base.value is None]
        reason = say(withheld[0]) if withheld else _NO_PLACE
        yield Empty(STRIKES, f"{wording.mark(report)}Options by strike", reason)
    for place, ladder in enumerate(found.ladders, start=1):
        yield _ladder(report, ladder, place)
    for place, history in enumerate(found.smiles, start=1):
        yield _terms(report, history.asset, place)
    for place, history in enumerate(found.smiles, start=1):
        yield _smiles(report, history, place)


def _ladder(report: Report, ladder: Ladder, place: int) -> Drawn:
    mark, coin = wording.mark(report), formats.one_line(ladder.asset)
    called = figures.name("strikes", place, ladder.asset)
    caption = f"{coin}: options that expire within {LADDER_DAYS.value:g} days, by strike"
    return figures.draw(
        STRIKES,
        f"{mark}{coin} options by strike",
        options_findings.ladder_finding(ladder),
        table(f"{called}-data", caption, _STRIKES, ladder.strikes[::-1]),
        lambda width: options_chart.ladder_spec(ladder, mark, width),
    )


def _terms(report: Report, asset: str, place: int) -> Drawn | Empty:
    mark, coin = wording.mark(report), formats.one_line(asset)
    title = f"{mark}{coin} term structure"
    expiries = [row for row in report.options.expiries if row.asset == asset]
    futures = [row for row in report.options.futures if row.asset == asset]
    known = [
        *(row.atm_iv.value for row in expiries),
        *(row.basis_annualised.value for row in futures if row.expiry is not None),
    ]
    if all(value is None for value in known):
        return Empty(TERMS, title, "neither a volatility nor a basis is known of any expiry")
    return figures.draw(
        TERMS,
        title,
        options_findings.terms_finding(asset, expiries, futures),
        _terms_twin(figures.name("terms", place, asset), coin, expiries, futures),
        lambda width: options_chart.terms_spec(asset, expiries, futures, mark, width),
    )


def _terms_twin(
    called: str, coin: str, expiries: list[ExpiryRow], futures: list[FutureRow]
) -> Table:
    terms = [_Term("options", formats.instant(row.expiry), row.atm_iv, None) for row in expiries]
    terms += [
        _Term(f"{row.venue} {row.symbol}", formats.instant(row.expiry), None, row.basis_annualised)
        for row in futures
    ]
    return table(f"{called}-data", f"{coin}: volatility and basis by expiry", _OF_TERM, terms)


def _smiles(report: Report, history: SmileHistory, place: int) -> Drawn | Empty:
    mark, coin = wording.mark(report), formats.one_line(history.asset)
    title = f"{mark}{coin} risk reversal over time"
    known = len(options_findings.reversals(history))
    if known < _LEAST_POINTS:
        stored = formats.in_words(known)
        reason = f"of two risk reversals of 30 days that a line needs {stored} is stored"
        return Empty(TERMS, title, reason)
    called = figures.name("smiles", place, history.asset)
    last_of_day = {formats.day(point.at): point for point in history.points}
    caption = f"{coin}: last observation of each day; all are in the JSON"
    return figures.draw(
        TERMS,
        title,
        options_findings.smiles_finding(history),
        table(f"{called}-data", caption, _SMILES, last_of_day.values()),
        lambda width: options_chart.smiles_spec(history, mark, width),
    )
