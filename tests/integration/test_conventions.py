"""Nights of an exchange whose figures turn out to mean another thing than its rule says (M38)."""

import zlib
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from oirisk.flows.cli.inspect import venues
from oirisk.flows.reports import report_of
from oirisk.templates.sentences import say

pytestmark = pytest.mark.integration

DAY = timedelta(days=1)
NIGHTS = 7
COINS = tuple(f"COIN{place}" for place in range(20))


def contracts(place: int, night: int) -> int:
    """Single-sided contracts: odd as often as even, moving by a few percent a night."""
    return 1000 + 137 * place + zlib.crc32(f"{place} {night}".encode()) % 61


@pytest.fixture
def nightly(desk: Any, tape: Any, listed_perp: Any) -> Callable[..., list[Any]]:
    """Return a function that runs nights of Gate, which prints ``sides`` of each, and of Bybit."""

    def run(sides: Sequence[int]) -> list[Any]:
        outcomes = []
        for night, counted in enumerate(sides):
            at = tape.later((night - NIGHTS) * DAY, f"night{night}.jsonl")
            listed = [_listed(listed_perp, coin) for coin in COINS]
            rows = [_row(place, counted * contracts(place, night)) for place in range(len(COINS))]
            at.markets("gate", *listed)
            at.answer("gate", "https://api.gateio.ws/api/v4/futures/usdt/contracts", rows)
            at.bybit(
                {
                    "symbol": "BTCUSDT", "singleOpenInterest": str(1000 + night),
                    "markPrice": "100000", "indexPrice": "100000", "lastPrice": "100000",
                }
            )  # fmt: skip
            outcomes.append(desk.replay(at.write(), at.at))
        return outcomes

    return run


def _listed(listed_perp: Any, coin: str) -> dict[str, Any]:
    market = listed_perp(f"{coin}_USDT", coin, 10)
    market["info"] = {"quanto_multiplier": "10", "funding_interval": "28800"}
    return dict(market)


def _row(place: int, size: int) -> dict[str, Any]:
    return {
        "name": f"COIN{place}_USDT", "position_size": size, "mark_price": "2.5",
        "index_price": "2.5", "last_price": "2.5", "quanto_multiplier": "10",
        "funding_interval": 28800, "funding_rate": "0.0001",
    }  # fmt: skip


def found(desk: Any, test: str) -> list[dict[str, Any]]:
    return list(
        desk.rows(
            "select verdict, since, until, n, agrees, is_suspect from marts.conventions"
            " where venue = 'gate' and test = $test order by since",
            test=test,
        )
    )


def qualities(desk: Any) -> list[str]:
    """The quality of Gate's rows, night by night."""
    return list(
        desk.column(
            "select string_agg(distinct quality, ' ') from core.open_interest"
            " where superseded_at is null and venue = 'gate' group by snapshot_at order by snapshot_at"
        )
    )


@pytest.fixture
def changed(desk: Any, nightly: Any, once: Any) -> Any:
    """A desk that saw five nights of one side and two of both."""
    once("changed", desk, lambda: nightly([1] * 5 + [2] * 2))
    return desk


def test_nights_as_registered_bear_the_rule_out(desk: Any, nightly: Any) -> None:
    nightly([1] * 5)
    (parity,) = found(desk, "parity")
    assert (parity["verdict"], parity["agrees"], parity["is_suspect"]) == ("one", True, False)
    new = sum(
        not night or contracts(place, night) != contracts(place, night - 1)
        for place in range(len(COINS))
        for night in range(5)
    )
    assert parity["n"] == new
    assert qualities(desk) == ["ok"] * 5


def test_sides_that_are_added_up_from_a_night_on_are_left_out_from_that_night(
    changed: Any,
) -> None:
    before, after = found(changed, "parity")
    (changed_at,) = changed.column(
        "select distinct snapshot_at from core.open_interest order by 1 limit 1 offset 5"
    )
    assert (before["verdict"], before["until"]) == ("one", changed_at)
    assert (after["verdict"], after["since"], after["agrees"]) == ("both", changed_at, False)
    assert [row["verdict"] for row in found(changed, "size")] == ["steady", "x2"]
    assert qualities(changed) == ["ok"] * 5 + ["suspect"] * 2


def test_a_report_begins_with_what_is_contradicted_and_prints_no_change_of_it(
    changed: Any,
) -> None:
    (run_id,) = changed.column("select run_id from ops.runs order by snapshot_at desc limit 1")
    report = report_of(changed.home, run_id, changed.settings)
    first = say(report.bottom_line[0].text)
    assert first.startswith("Not counted, for what the figures show contradicts the unit registry")
    assert "gate usdt position_size: both sides since" in first
    assert [row.venue for row in report.venues] == ["bybit"]
    assert any("measured to mean another thing" in one.reason for one in report.withheld)
    moved = changed.column(
        "select venue from marts.oi_by_product where snapshot_at = $at", at=report.as_of
    )
    assert moved == ["bybit"]


def test_a_night_that_is_run_again_adds_no_row(changed: Any, nightly: Any) -> None:
    count = "select count(*) from core.open_interest"
    rows = changed.column(count)
    nightly([1] * 5 + [2] * 2)
    assert changed.column(count) == rows


def test_venues_shows_what_was_measured(changed: Any, capsys: Any) -> None:
    venues(changed.home.root, as_json=False, units=True)
    shown = capsys.readouterr().out
    assert "both sides by parity, n 40" in shown
    assert "AGAINST THE REGISTRY" in shown


def test_what_is_found_later_restates_the_nights_before_and_keeps_the_old_rows(
    desk: Any, nightly: Any
) -> None:
    nightly([2])
    assert qualities(desk) == ["ok"]  # twenty figures do not decide
    nightly([2] * 3)
    assert qualities(desk) == ["suspect"] * 3
    old = desk.column(
        "select quality from core.open_interest"
        " where venue = 'gate' and superseded_at is not null group by quality"
    )
    assert old == ["ok"]
