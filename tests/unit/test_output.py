"""Tables on standard output: no number is ever split over lines."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from oirisk.flows.cli.output import print_table

WIDE = [
    {f"figure_{place}": 610_808_123_456 + night * 16 + place for place in range(8)}
    for night in range(2)
]
TEXT = [{"venue": "bybit", "detail": "of one word after another " * 6, "usd": 610_808_123_456.75}]


@pytest.fixture
def printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., list[str]]:
    """Return a function that prints rows, on a terminal of so many columns or into a pipe."""

    def printed(rows: list[dict[str, Any]], columns: int = 80, *, terminal: bool) -> list[str]:
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setenv("TERM", "dumb" if not terminal else "xterm")
        monkeypatch.setenv("NO_COLOR", "1")
        monkeypatch.setenv("FORCE_COLOR" if terminal else "IN_A_PIPE", "1")
        print_table("figures", rows)
        return re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out).splitlines()

    return printed


def test_rows_too_wide_for_a_terminal_print_one_field_a_line(
    printed: Callable[..., list[str]],
) -> None:
    lines = printed(WIDE, terminal=True)
    assert lines[:3] == ["figures", "1 of 2", "  figure_0  610808123456"]
    assert lines[-1] == "  figure_7  610808123479"
    assert len(lines) == 1 + 2 * (1 + 8)


def test_a_pipe_gets_whole_rows_however_wide(printed: Callable[..., list[str]]) -> None:
    lines = printed(WIDE, terminal=False)
    (row,) = (line for line in lines if "610808123456" in line)
    assert re.findall(r"\d+", row) == [str(number) for number in WIDE[0].values()]
    assert len({len(line) for line in lines[1:]}) == 1


def test_text_gives_way_between_words_before_a_number_does(
    printed: Callable[..., list[str]],
) -> None:
    lines = printed(TEXT, columns=50, terminal=True)
    assert sum("610808123456.75" in line for line in lines) == 1
    assert sum(line.count("another") for line in lines) == 6
    assert max(map(len, lines)) <= 50


def test_no_rows_are_no_error(printed: Callable[..., list[str]]) -> None:
    assert printed([], terminal=True) is not None
