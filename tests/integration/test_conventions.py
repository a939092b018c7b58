"""Nights of an exchange whose figures turn out to mean another thing than its rule says (M38)."""

import zlib
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from oirisk.flows.commands.inspect import venues

pytestmark = pytest.mark.integration

DAY = timedelta(days=1)
NIGHTS = 9
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


def test_nights_as_registered_bear_the_rule_out(desk: Any, nightly: Any) -> None:
    nightly([1] * NIGHTS)
    (parity,) = found(desk, "parity")
    assert (parity["verdict"], parity["agrees"], parity["is_suspect"]) == ("one", True, False)
    assert parity["n"] == len(COINS) * NIGHTS
    assert qualities(desk) == ["ok"] * NIGHTS


def test_sides_that_are_added_up_from_a_night_on_are_left_out_from_that_night(
    desk: Any, nightly: Any
) -> None:
    *_, last = nightly([1] * 6 + [2] * 3)
    (before, after) = found(desk, "parity")
    (changed_at,) = desk.column(
        "select distinct snapshot_at from core.open_interest order by 1 limit 1 offset 6"
    )
    assert (before["verdict"], before["until"]) == ("one", changed_at)
    assert (after["verdict"], after["since"], after["agrees"]) == ("both", changed_at, False)
    assert [row["verdict"] for row in found(desk, "size")] == ["steady", "x2"]
    assert qualities(desk) == ["ok"] * 6 + ["suspect"] * 3

    report = desk.report(last)
    first = report.bottom_line[0].text
    assert first.startswith("Not counted, for what the figures show contradicts the unit registry")
    assert "gate usdt position_size: both sides since" in first
    assert [row.venue for row in report.venues] == ["bybit"]
    assert any("measured to mean another thing" in one.reason for one in report.withheld)
    moved = desk.column(
        "select venue from marts.oi_by_product where snapshot_at = $at order by venue",
        at=report.as_of,
    )
    assert moved == ["bybit"]


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


def test_a_night_that_is_run_again_adds_no_row(desk: Any, nightly: Any) -> None:
    sides = [1] * 5 + [2] * 2
    nightly(sides)
    count = "select count(*) from core.open_interest"
    rows = desk.column(count)
    nightly(sides)
    assert desk.column(count) == rows


def test_venues_shows_what_was_measured(desk: Any, nightly: Any, capsys: Any) -> None:
    nightly([1] * 6 + [2] * 3)
    venues(desk.home.root, as_json=False, units=True)
    shown = capsys.readouterr().out
    assert "both sides by parity, n 60" in shown
    assert "AGAINST THE REGISTRY" in shown
