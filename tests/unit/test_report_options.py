"""What a report says of options: figures of the marts, their reasons, and nothing where none is."""

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import html5lib
import pytest

from oirisk.schemas.report.briefing import Report
from oirisk.schemas.report.options import LADDER_DAYS, NO_FLIP, Ladder, Options, Strike
from oirisk.templates import axes, formats, options_chart, options_findings
from oirisk.templates.render import RenderedReport, render_report
from oirisk.templates.sentences import say
from oirisk.transforms.report.facts import Choices, Facts
from oirisk.transforms.report.options import options
from oirisk.warehouse.sql_files import statement
from tests.option_rows import Told, build_options

CASES = Path(__file__).parents[1] / "golden" / "report"
HTML = "{http://www.w3.org/1999/xhtml}"
NIGHT = datetime(2026, 3, 25, 0, 5, tzinfo=UTC)
DAY = timedelta(days=1)
SOON, LATE = NIGHT + timedelta(days=2), NIGHT + timedelta(days=60)
WITH_ASSET = ("options_ladder", "options_smiles")
ALONE = ("options", "options_expiries", "options_futures")


def told(at: datetime, venue: str, *amounts: float, expiry: datetime = LATE, **more: Any) -> Any:
    """Tell a call and a put at each of three strikes around the price: twice three amounts."""
    price = more.get("price", 60_000.0)
    quote = {
        "mark_iv": 0.5, "mark_price": 1_000.0, "underlying_price": price,
        "underlying_kind": "forward",
    }  # fmt: skip
    places = [(part * price, side) for part in (0.9, 1.0, 1.1) for side in ("call", "put")]
    return [
        Told(at, strike, side, amount, expiry, venue=venue, quote=quote, **more)
        for (strike, side), amount in zip(places, amounts, strict=True)
    ]


def read(warehouse: duckdb.DuckDBPyConnection, at: datetime = NIGHT, top: int = 5) -> Options:
    """Read the section as a run does, with BTC charted."""
    known = {"snapshot_at": at, "asset": "BTC", "range_pct": 20.0, "history_days": 30}
    rows = {}
    for name in (*WITH_ASSET, *ALONE):
        sql = statement(f"report/{name}.sql")
        given = {key: value for key, value in known.items() if f"${key}" in sql}
        rows[name] = warehouse.execute(sql, given).pl().to_dicts()
    each = {name: {"BTC": rows.pop(name)} for name in WITH_ASSET}
    return options(Facts({}, Choices(0.9, 0.1, 25, 20, top, has_accounts=False), rows, each))


def two_nights(at: datetime) -> Any:
    """Tell BTC on two exchanges and ETH on one: 110 BTC, of which 60 expire in two days."""
    return [
        *told(at, "deribit", 10, 0, 5, 15, 20, 10, expiry=SOON),
        *told(at, "deribit", 5, 5, 5, 5, 10, 10),
        *told(at, "okx", 2, 2, 2, 2, 1, 1),
        *told(at, "deribit", 1, 1, 1, 1, 1, 1, asset="ETH", price=3_000.0),
    ]


def test_figures_of_a_night_are_those_told(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Of SOON calls are 35 and puts 25; at most is paid at the ends, at 60 000 least."""
    build_options(warehouse, [*two_nights(NIGHT - DAY), *two_nights(NIGHT)])
    found = read(warehouse)
    assert [row.asset for row in found.assets] == ["BTC", "ETH"]
    assert found.assets_total == 2
    row = found.assets[0]
    assert (row.oi_base.value, row.oi_usd.value) == (110, 110 * 60_000)
    assert row.change_24h.value == 0
    assert row.put_call_ratio.value == pytest.approx((25 + 20 + 5) / (35 + 20 + 5))
    assert (row.expiry, row.expiry_oi_base.value) == (SOON, 60)
    assert row.expiry_put_call_ratio.value == pytest.approx(25 / 35)
    assert row.expiring_7d.value == pytest.approx(60 / 110)
    # At 54 000 puts are paid 15 x 6 000 + 10 x 12 000, at 60 000 calls 10 x 6 000 and puts 10 x 6 000.
    assert (row.max_pain.value, row.max_pain_high.value) == (60_000, 60_000)
    assert row.max_pain_distance.value == 0
    assert row.gex_gross_usd.value == -(row.gex_net_short_all_usd.value or 0)
    assert say(row.realised_vol_30d.reason) == "0 of 30 daily returns are known, 25 are needed"
    assert [(one.asset, one.expiry) for one in found.expiries] == [
        ("BTC", SOON), ("BTC", LATE), ("ETH", LATE),
    ]  # fmt: skip
    assert found.expiries[0].premium_usd.value == 60 * 1_000
    (ladder,) = found.ladders
    assert [(one.strike, one.call_oi_base, one.put_oi_base) for one in ladder.strikes] == [
        (54_000, 10, 0), (60_000, 5, 15), (66_000, 20, 10),
    ]  # fmt: skip
    assert "24 options told 24 count; in 1 of them nothing is open" in say(found.counted)
    assert len(found.smiles[0].points) == 2


def test_what_is_known_of_too_little_says_of_how_much(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """Of 60 BTC 10 have a volatility, and 10 a mark."""
    bare = {"underlying_price": 60_000.0, "underlying_kind": "forward"}
    half = [
        Told(one.at, one.strike, one.side, one.base, one.expiry, quote=one.quote if place else bare)
        for place, one in zip((1, 0, 0, 0, 0, 0), told(NIGHT, "deribit", *[10] * 6), strict=True)
    ]
    build_options(warehouse, half)
    found = read(warehouse)
    (row,), (expiry,) = found.assets, found.expiries
    assert row.oi_base.value == 60
    why = "volatilities are known of 16.7% of what is open, 90.0% is needed"
    for part in (row.gex_gross_usd, row.gex_net_naive_usd, row.gamma_flip, expiry.gex_gross_usd):
        assert part.value is None
        assert say(part.reason) == why
    assert say(expiry.premium_usd.reason) == why.replace("volatilities", "mark prices")
    assert f"gross gamma {formats.MISSING} {why}" in say(found.brief[0])


def test_without_its_largest_exchange_an_asset_has_a_reason_and_no_remnant(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """BTC keeps its place before ETH, which was told whole; SOL is not told of at all."""
    whole = told(NIGHT, "bybit", 9, 9, 9, 9, 9, 9, asset="ETH", price=3_000.0)
    before = told(NIGHT - DAY, "bybit", 9, 9, 9, 9, 9, 9, asset="ETH", price=3_000.0)
    gone = told(NIGHT - DAY, "deribit", 1, 1, 1, 1, 1, 1, asset="SOL", price=150.0)
    of_btc = [one for one in two_nights(NIGHT - DAY) if one.asset == "BTC"]
    remnant = [one for one in two_nights(NIGHT) if one.venue == "okx"]
    build_options(warehouse, [*of_btc, *before, *gone, *remnant, *whole])
    found = read(warehouse)
    assert [row.asset for row in found.assets] == ["BTC", "ETH", "SOL"]
    btc, eth, sol = found.assets
    assert eth.oi_base.value == 54
    for row, named in ((btc, "deribit"), (sol, "no exchange told")):
        for name in type(row).model_fields:
            part = getattr(row, name)
            if name not in {"asset", "expiry", "coverage"}:
                assert part.value is None, name
        assert named in say(row.oi_base.reason)
    assert btc.expiry is None
    assert not found.ladders
    for one in found.expiries:
        assert (one.oi_base.value is None) == (one.asset == "BTC")
    brief = [say(text) for text in found.brief]
    assert brief[0].startswith("BTC options are not published: ")
    assert "deribit" in brief[0]
    assert brief[1].startswith("ETH options: 54.00 ETH")


def test_the_next_large_expiry_holds_a_tenth_else_it_is_the_fullest(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """A first expiry holds 6 of 126 BTC, less than a tenth, the next 60, the last 60."""
    small = told(NIGHT, "deribit", *[1] * 6, expiry=NIGHT + DAY)
    build_options(
        warehouse,
        [
            *small,
            *told(NIGHT, "deribit", *[10] * 6, expiry=SOON),
            *told(NIGHT, "deribit", *[10] * 6),
        ],
    )
    assert read(warehouse).assets[0].expiry == SOON


def test_of_equal_strikes_both_ends_are_printed() -> None:
    """Of ETH any price from 2 386.72 to 2 436.97 pays as little."""
    cells = table(rendered("rich"), "options")
    assert cells[0][6] == "$80,085"
    assert cells[1][6] == "$2,386.72 to $2,436.97"


def test_a_ladder_reaches_as_far_ahead_as_its_caption_says() -> None:
    assert f"interval {LADDER_DAYS.value * 24:g} hour" in statement("report/options_ladder.sql")


def test_nothing_is_said_where_no_options_are_asked(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    assert read(warehouse) == Options()
    made = render_report(load("rich").model_copy(update={"options": Options()}))
    assert 'id="options' not in made.index_html
    assert 'href="#options"' not in made.index_html
    assert "OPTIONS\n" not in made.email_text
    assert not [name for name in made.charts if name.startswith(("strikes", "terms", "smiles"))]


@cache
def load(name: str) -> Report:
    return Report.model_validate_json((CASES / f"{name}.json").read_text(encoding="utf-8"))


@cache
def rendered(name: str) -> RenderedReport:
    return render_report(load(name))


def section(made: RenderedReport) -> Any:
    tree = html5lib.HTMLParser(strict=True).parse(made.index_html)
    return tree.find(f".//{HTML}section[@id='options']")


def table(made: RenderedReport, name: str, part: str = "tbody") -> list[list[str]]:
    """Return the cells of a table, marks of notes left out."""
    found = section(made).find(f".//{HTML}table[@id='{name}-table']/{HTML}{part}")
    return [
        ["".join(text for text in cell.itertext() if not text.isdigit()) for cell in row]
        for row in found
    ]


def test_gross_gamma_stands_before_nets_and_each_net_beside_its_assumption() -> None:
    (heads,) = table(rendered("rich"), "gamma", "thead")
    assert heads[1:5] == [
        "Gross",
        "Net, dealers long calls, short puts (assumed)",
        "Net, dealers short all (assumed)",
        "Flip, dealers long calls, short puts (assumed)",
    ]
    btc, eth, _ = table(rendered("rich"), "gamma")
    assert btc[1:5] == ["$412m", "-$37.5m", "-$412m", "$86,913"]
    assert eth[4] == "none in range"
    assert NO_FLIP in " ".join(section(rendered("rich")).itertext())


def test_the_calendar_says_the_hour_at_which_options_expire() -> None:
    rows = table(rendered("rich"), "expiries")
    assert [row[:3] for row in rows[:2]] == [
        ["2026-09-22 08:00 UTC", "BTC", "31.9 h"], ["2026-09-22 08:00 UTC", "ETH", "31.9 h"],
    ]  # fmt: skip
    assert [row[6] for row in rows[::2]] == [
        formats.MISSING, "$900m (96.0%)", "$900m", "$900m",
    ]  # fmt: skip
    assert [row[11] for row in rows[:2]] == ["$110m (97.0%)", "$55.0m"]
    brackets = "In brackets of what part"
    assert brackets in rendered("rich").index_html
    assert brackets not in rendered("degraded").index_html


def test_a_withheld_night_shows_the_reason_and_no_figure_of_options() -> None:
    made = rendered("degraded")
    for name in ("options", "gamma"):
        for row in table(made, name):
            assert set(row[1:]) <= {formats.MISSING, "41.0%"}
    words = " ".join(section(made).itertext())
    assert "coverage 41.0% is below 90.0%: deribit failed" in words
    assert not re.search(r"\$\d", words)
    assert "BTC options are not published" in made.email_text


def test_mail_and_text_have_a_few_lines_and_a_quiet_night_one() -> None:
    assert rendered("rich").email_text.count(" options: ") == 2
    assert rendered("quiet").email_text.count(" options: ") == 1
    assert "options-table" not in rendered("rich").email_html
    assert "strikes-1-btc" in rendered("rich").email_html
    assert "strikes-1-btc" not in rendered("quiet").email_html


@pytest.mark.parametrize(
    ("strikes", "price", "half"),
    [
        ((90.0, 100.0, 110.0), 100.0, 4.0),
        ((100.0, 100.5, 180.0), 100.0, 0.4),
        ((100.0,), 100.0, 1.0),
    ],
)
def test_a_bar_of_a_ladder_is_never_too_thin_to_see(
    strikes: tuple[float, ...], price: float, half: float
) -> None:
    """0.8 of the least step, but at least of an eightieth of the span; alone 1 % of the price."""
    rungs = tuple(Strike(strike=one, call_oi_base=1.0, put_oi_base=0.0) for one in strikes)
    drawn = options_chart.ladder_spec(Ladder(asset="BTC", price=price, strikes=rungs), "", 592)
    bar = drawn["datasets"]["call"][0]
    assert bar["high"] - bar["low"] == pytest.approx(2 * half)
    assert not drawn["datasets"]["put"]


@pytest.mark.parametrize("most", [1.0, 8_246.0, 49.9, 0.0203])
def test_a_ladder_has_a_scale_on_both_sides_on_a_telephone_too(most: float) -> None:
    rungs = (Strike(strike=90.0, call_oi_base=most, put_oi_base=0.0),)
    drawn = options_chart.ladder_spec(Ladder(asset="BTC", price=100.0, strikes=rungs), "", 340)
    ticks = drawn["layer"][0]["encoding"]["x"]["axis"]["values"]
    assert min(ticks) < 0 < max(ticks)


def test_ticks_of_values_that_hardly_differ_do_not_read_the_same() -> None:
    levels = [0.50001, 0.50002]
    low, high, chosen = axes.apart(levels, 5, formats.share)
    assert low < min(levels)
    assert high > max(levels)
    assert len({formats.share(value) for value in chosen}) == len(chosen) > 1


def test_findings_of_terms_say_what_is_not_known() -> None:
    found = load("rich").options
    said = options_findings.terms_finding("BTC", found.expiries[:1], ())
    assert said == (
        "BTC volatility at the money 42.0% on 2026-09-22. No basis of a dated future is known."
    )
    assert options_findings.terms_finding("BTC", (), found.futures[:1]) == (
        "BTC volatility is not known. Basis a year of 1 dated future: +4.2%."
    )
