"""Numbers read the same everywhere, and never say more than is known."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oirisk.schemas.report.briefing import Figure, Unit
from oirisk.templates import formats
from oirisk.templates.sentences import figure

SCALES = {"": 1.0, "k": 1e3, "m": 1e6, "bn": 1e9, "tn": 1e12}


def read_back(text: str) -> float:
    """Parse a printed amount the way a reader would."""
    found = re.fullmatch(r"([+-]?)\$?([\d,.]+)(k|m|bn|tn)?", text)
    assert found, text
    sign, digits, suffix = found.groups()
    size = float(digits.replace(",", "")) * SCALES[suffix or ""]
    return -size if sign == "-" else size


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (34.8e9, "usd", "$34.8bn"),
        (412e6, "usd", "$412m"),
        (3200, "usd", "$3,200"),
        (9999.6, "usd", "$10,000"),
        (999.6e6, "usd", "$1.00bn"),
        (-58.5e6, "usd", "-$58.5m"),
        (3.2, "usd", "$3.20"),
        (0.004, "usd", "<$0.01"),
        (0.0, "usd", "$0.00"),
        (1.5e12, "usd", "$1.50tn"),
        (3.2e16, "usd", "$32,000tn"),
        (412_300, "base", "412.3k"),
        (5_210_000, "base", "5.210m"),
        (0.012345, "base", "0.01235"),
        (0.0, "base", "0"),
        (84_300, "price", "$84,300"),
        (2512.34, "price", "$2,512.34"),
        (0.000011234, "price", "$0.00001123"),
        (9.99999, "price", "$10.00"),
        (1.2, "pct", "+1.2%"),
        (-0.354, "pct", "-0.35%"),
        (-0.004, "pct", "0.00%"),
        (1250.4, "pct", "+1,250%"),
        (0.4, "pp", "+0.40 pp"),
        (0.363, "share", "36.3%"),
        (0.9996, "share", ">99.9%"),
        (1.0, "share", "100.0%"),
        (0.0001, "share", "<0.1%"),
        (0.0, "share", "0.0%"),
        (0.4, "ratio", "0.40"),
        (16.92, "ratio", "16.9"),
        (1234.5, "ratio", "1,234"),
        (0.0012, "ratio", "0.0012"),
        (0.000098, "rate", "0.0098%/8h"),
        (-0.00002, "rate", "-0.0020%/8h"),
        (0.0, "rate", "0.0000%/8h"),
        (4e-7, "rate", "<0.0001%/8h"),
        (-4e-7, "rate", "-<0.0001%/8h"),
        (-6e-7, "rate", "-0.0001%/8h"),
        (1234, "count", "1,234"),
        (0.7, "hours", "42 min"),
        (5.2, "hours", "5.2 h"),
        (74.4, "hours", "3.1 d"),
    ],
)
def test_each_unit_is_printed_as_a_reader_expects(value: float, unit: Unit, expected: str) -> None:
    assert formats.number(value, unit) == expected


def test_a_sum_of_money_or_coins_may_carry_its_sign_and_its_coin() -> None:
    assert formats.number(412e6, "usd", signed=True) == "+$412m"
    assert formats.number(412_300, "base", coin="BTC") == "412.3k BTC"


@pytest.mark.parametrize("unit", get_args(Unit))
def test_every_unit_prints_its_reason_when_the_number_is_missing(unit: Unit) -> None:
    part = Figure(value=None, unit=unit, reason="coverage\n too low")
    assert figure(part) == "\u2014 coverage too low"
    assert formats.direction(part) == "missing"
    assert formats.arrow(part) == ""


@pytest.mark.parametrize("unit", get_args(Unit))
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_no_number_is_refused(unit: Unit, value: float) -> None:
    with pytest.raises(ValueError, match="cannot print"):
        formats.number(value, unit)


@given(st.floats(min_value=1, max_value=9e14))
def test_printed_money_reads_back_within_its_digits(value: float) -> None:
    assert read_back(formats.usd(value)) == pytest.approx(value, rel=0.0051)
    assert read_back(formats.usd(-value)) == pytest.approx(-value, rel=0.0051)


@given(st.floats(min_value=1e-6, max_value=9e14))
def test_printed_coins_read_back_within_four_digits(value: float) -> None:
    assert read_back(formats.base(value)) == pytest.approx(value, rel=0.00051)


@given(st.floats(min_value=1e-6, max_value=1e7))
def test_printed_prices_read_back_within_four_digits(value: float) -> None:
    assert read_back(formats.price(value)) == pytest.approx(value, rel=0.00051)


@given(st.floats(allow_nan=False, allow_infinity=False, width=32), st.sampled_from(get_args(Unit)))
def test_no_printed_number_is_a_signed_zero_or_an_exponent(value: float, unit: Unit) -> None:
    text = formats.number(value, unit)
    assert not re.search(r"\de[+-]?\d", text)
    assert not re.fullmatch(r"[+-]\$?0([.]0+)?(%|%/8h| pp| min)?", text)


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (1.2, "pct", "\u25b2 up"),
        (-3.0, "pp", "\u25bc down"),
        (0.004, "pct", "\u25a0 unchanged"),
        (-1e-9, "rate", "\u25bc down"),
        (0.0, "rate", "\u25a0 unchanged"),
    ],
)
def test_direction_is_told_by_sign_and_word(value: float, unit: Unit, expected: str) -> None:
    assert formats.arrow(Figure(value=value, unit=unit)) == expected


def test_instants_are_printed_in_utc() -> None:
    there = datetime(2026, 9, 21, 2, 5, tzinfo=timezone(timedelta(hours=2)))
    assert formats.instant(there) == "2026-09-21 00:05 UTC"
    assert formats.day(datetime(2026, 9, 21, 23, 59, tzinfo=UTC)) == "2026-09-21"
    assert formats.instant(None) == "\u2014"
    assert formats.instant(None, "not scheduled") == "not scheduled"


def test_foreign_text_becomes_one_printable_line() -> None:
    assert formats.one_line("a\r\nSubject: b\x1b[31m\x00 c") == "a Subject: b [31m c"
    assert formats.one_line("abcdefgh", 5) == "abcd\u2026"


def test_seconds_turn_into_minutes_when_long() -> None:
    assert formats.seconds(4.45) == "4.5 s"
    assert formats.seconds(600) == "10 min"
