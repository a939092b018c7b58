"""What is open in options, what hedging it asks for, what expires when, and the term structure."""

from dataclasses import replace

from oirisk.schemas.report.briefing import Report
from oirisk.schemas.report.options import NO_FLIP, ExpiryRow, FutureRow, OptionRow
from oirisk.schemas.report.parts import Figure
from oirisk.templates import formats
from oirisk.templates.blocks import Gallery, Line, Lines, Section, Sql, TableOf, heading, hint
from oirisk.templates.options_gallery import STRIKES, TERMS, drawn
from oirisk.templates.sentences import figure, say
from oirisk.templates.tables import Cell, Column, Shown, number, quantity, word


def _pain(row: OptionRow | ExpiryRow) -> Shown:
    low, high = row.max_pain.value, row.max_pain_high.value
    if low is None or high is None:
        return row.max_pain
    return Cell(formats.span(formats.price(low), formats.price(high)), low)


def _flip(row: OptionRow) -> Shown:
    if row.gamma_flip.reason == NO_FLIP:
        return Cell("none in range", None, "missing", NO_FLIP)
    return row.gamma_flip


def _is_in_part(part: Figure, covered: Figure) -> bool:
    return part.value is not None and covered.value not in {None, 1.0}


def _in_part(part: Figure, covered: Figure) -> Shown:
    """Write beside a figure of what part of the open interest it is, where not of all."""
    shown = quantity(part)
    if not _is_in_part(part, covered):
        return shown
    return replace(shown, text=f"{shown.text} ({figure(covered)})")


def _at(row: ExpiryRow | FutureRow | OptionRow) -> Cell:
    at = formats.instant(row.expiry)
    return Cell(at, at)


_ASSETS: tuple[Column[OptionRow], ...] = (
    word("Asset", "asset"),
    number("Coins", "oi_base"),
    number("OI, USD", "oi_usd"),
    number("24 h, coins", "change_24h", signed=True, toned=True),
    number("Put/call", "put_call_ratio"),
    number("In 7 days", "expiring_7d"),
    number("Max pain", _pain),
    number("Distance", "max_pain_distance"),
    word("of expiry", _at),
    number("ATM 30d", "atm_iv_30d"),
    number("RR 30d", "risk_reversal"),
    number("Realised", "realised_vol_30d"),
    number("ATM less realised", "iv_minus_realised"),
    number("Coverage", "coverage"),
)
_GAMMA: tuple[Column[OptionRow], ...] = (
    word("Asset", "asset"),
    number("Gross", "gex_gross_usd"),
    number("Net, dealers long calls, short puts (assumed)", "gex_net_naive_usd", signed=True),
    number("Net, dealers short all (assumed)", "gex_net_short_all_usd", signed=True),
    number("Flip, dealers long calls, short puts (assumed)", _flip),
    number("Delta of holders, coins", "dex_base", signed=True),
    number("OI with greeks", "greeks_covered"),
)
_EXPIRIES: tuple[Column[ExpiryRow], ...] = (
    word("Expires", _at),
    word("Asset", "asset"),
    number("In", "time_left"),
    number("Coins", "oi_base"),
    number("OI, USD", "oi_usd"),
    number("Put/call", "put_call_ratio"),
    number("Premium at mark", lambda row: _in_part(row.premium_usd, row.premium_covered)),
    number("Max pain", _pain),
    number("Distance", "max_pain_distance"),
    number("ATM", "atm_iv"),
    number("RR", "risk_reversal"),
    number("Gross gamma", lambda row: _in_part(row.gex_gross_usd, row.greeks_covered)),
)
_FUTURES: tuple[Column[FutureRow], ...] = (
    word("Expires", _at),
    word("Asset", "asset"),
    word("Venue", "venue"),
    word("Contract", "symbol"),
    number("In", "time_left"),
    number("Basis", "basis"),
    number("A year", "basis_annualised"),
    number("OI, USD", "oi_usd"),
)


def _any_in_part(report: Report) -> bool:
    return any(
        _is_in_part(row.premium_usd, row.premium_covered)
        or _is_in_part(row.gex_gross_usd, row.greeks_covered)
        for row in report.options.expiries
    )


def _brief(report: Report) -> list[str]:
    return [say(text) for text in report.options.brief]


def _counted(report: Report) -> list[str]:
    return [say(report.options.counted)]


_READ = (
    "Coins and USD are of calls and puts together; the change is of contracts known at both ends. "
    "Max pain is of the next expiry that holds a tenth of what is open, else of the fullest. RR: "
    "volatility of the 25-delta call less that of the put, in points. Realised is that of the "
    "daily returns of the 30 days before. marts.options_by_asset."
)
_GREEKS = (
    "No exchange says who holds options, so the gross stands first, whoever holds it. A net is "
    "that of a dealer on the other side of all clients, under the assumption that its heading "
    "names: long calls and short puts is the naive one. The flip is where that net changes its "
    "sign, each strike at its own volatility. Greeks are Black-76 on every exchange alike."
)
_FUTURE = (
    "Dated futures over their index; a year's basis is simple. Within a day of expiry there is "
    "none. Volatility is that at the forward. marts.term_structure."
)

SECTION = Section(
    id="options",
    place=105,
    nav="Options",
    title="Options",
    when=lambda edition: bool(edition.report.options.assets),
    blocks=(
        Lines(_brief, kind="bullets", media="text", quiet=False),
        Lines(_brief, media="mail", quiet=False),
        Lines(lambda report: _brief(report)[:1], media="mail text", quiet=True),
        TableOf(
            "options",
            "Options by asset, all venues together, single-sided",
            _ASSETS,
            lambda report: report.options.assets,
            omitted=lambda report: report.options.assets_total - len(report.options.assets),
            kept_in="marts.options_by_asset",
            media="page",
        ),
        Lines(_counted, style={"page": "hint"}, media="page"),
        hint(Line(_READ, ("M27", "M28", "M29", "M32"))),
        Gallery(STRIKES, media="page mail", quiet=False),
        Sql({"options": ("options",), "options_ladder": ("options_ladder",)}),
        heading("Gamma exposure", "M31"),
        TableOf(
            "gamma",
            "Gamma exposure, USD of delta for a move of 1 %: gross, then net of an assumed dealer",
            _GAMMA,
            lambda report: report.options.assets,
            media="page",
        ),
        hint(Line(_GREEKS, ("M30", "M31"))),
        heading("Expiry calendar"),
        TableOf(
            "expiries",
            "What expires when, in UTC, and what it is worth at its marks",
            _EXPIRIES,
            lambda report: report.options.expiries,
            empty="No expiry is known.",
            media="page",
            tall=True,
        ),
        hint(
            "In brackets of what part of the open interest a figure is, where not of all.",
            _any_in_part,
        ),
        Sql({"options_expiries": ("options_expiries",)}),
        heading("Term structure", "M40"),
        TableOf(
            "futures",
            "Dated futures over their index",
            _FUTURES,
            lambda report: report.options.futures,
            empty="No dated future of these assets is known.",
            media="page",
            tall=True,
        ),
        hint(_FUTURE, lambda report: report.options.futures),
        Gallery(TERMS, media="page"),
        Sql({"options_futures": ("options_futures",), "options_smiles": ("options_smiles",)}),
    ),
    charts=drawn,
)
