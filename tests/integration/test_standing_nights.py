"""An exchange whose figure stands still for a week of nights: excluded, restated, said."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from oirisk.flows.marts import build_stale
from oirisk.flows.rederive import rederive_since
from oirisk.warehouse.writer import writing

pytestmark = pytest.mark.integration

DAY = timedelta(days=1)
WEEK = "standing-week"
FROZEN = (
    "the figure stands still for more than six observations, though the venue does not say that "
    "nothing is traded"
)


@pytest.fixture
def nights(desk: Any, tape: Any, bybit_row: Any, gate_row: Any) -> Callable[..., Any]:
    """Store some nights: 100 BTC and more on Bybit, 30 BTC on Gate night after night."""

    def store(*numbers: int) -> Any:
        outcome = None
        for night in numbers:
            told = tape.later(night * DAY, f"{night}.jsonl")
            told.bybit(
                bybit_row("BTCUSDT", 200 + night, 50_000, volume24h="900"),
                bybit_row("ETHUSDT", 4_000 + night, 2_500, volume24h="900"),
            ).gate(gate_row(3_000, 50_000, volume_24h_base="80"))
            outcome = desk.replay(told.write())
        return outcome

    return store


def _gate(desk: Any) -> list[tuple[Any, ...]]:
    rows = desk.rows(
        "select suspect_reason, count(*) as n from core.open_interest"
        " where venue = 'gate' and superseded_at is null group by all"
    )
    return [tuple(row.values()) for row in rows]


def test_six_nights_are_no_reason_after_the_seventh_none_counts_and_the_report_says_so(
    desk: Any, nights: Callable[..., Any], once: Callable[..., None], at: Any
) -> None:
    nights(*range(6))
    assert _gate(desk) == [(None, 6)]
    outcome = nights(6)
    assert _gate(desk) == [("frozen", 7)]
    once(WEEK, desk, lambda: None)
    kept = "select count(*) from core.open_interest where venue = 'gate' and quality = 'ok'"
    assert desk.column(kept) == [6]  # as they were believed, superseded now
    totals = desk.column(
        "select oi_base from marts.oi_by_asset where asset = 'BTC' order by snapshot_at"
    )
    assert totals == [100 + night / 2 for night in range(7)]
    said = [item.reason for item in desk.report(outcome).withheld]
    assert any(FROZEN in reason for reason in said)
    found = desk.rows("select check_name, venue, detail from ops.audit where check_name = 'frozen'")
    assert [(row["venue"], "not counted" in row["detail"]) for row in found] == [("gate", True)] * 7


def test_what_is_derived_again_is_judged_alike(
    desk: Any, nights: Callable[..., Any], once: Callable[..., None], at: Any
) -> None:
    once(WEEK, desk, lambda: nights(*range(7)))
    current = "select * from core.open_interest where superseded_at is null order by all"
    before = desk.rows(current)
    done = rederive_since(desk.home, date(2026, 11, 1), desk.settings, at + 30 * DAY)
    assert (done.runs, done.restated) == (7, 0)
    assert desk.rows(current) == before
    with writing(desk.home, at + 31 * DAY) as connection:
        build_stale(connection, desk.settings, at + 31 * DAY, full=True)
    assert desk.rows(current) == before
