"""Options of recorded answers never enter the total of futures."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oirisk.templates.sentences import say
from tests.recorded.recordings import CASES

OF_VENUE = """
select kind_group, oi_base, oi_usd from marts.oi_by_venue where asset = 'BTC' and venue = $venue
order by kind_group
"""


@pytest.mark.integration
@pytest.mark.parametrize(
    ("name", "futures", "options"),
    [
        # The perpetual alone: 111543850 USD; the option alone: 121.8 x 7856.29.
        (
            "deribit:2020-03-09T19:54:39Z",
            (111543850 / 7750.02, 111543850.0),
            (121.8, 121.8 * 7856.29),
        ),
        # 469919 x 0.001 at the mark; 2781 x 0.001 at the spot price.
        (
            "delta:2023-07-12T04:42:13Z",
            (469.919, 469.919 * 30600.10481568),
            (2.781, 2.781 * 30598.43379314),
        ),
    ],
)
def test_options_and_futures_of_one_answer_are_summed_apart(
    tmp_path: Path,
    make_desk: Callable[..., Any],
    name: str,
    futures: tuple[float, float],
    options: tuple[float, float],
) -> None:
    case = CASES[name]
    desk = make_desk(case.venue, venues=(case.venue,))
    desk.replay(case.write(tmp_path))
    rows = desk.rows(OF_VENUE, venue=case.venue)

    found = {row["kind_group"]: (row["oi_base"], row["oi_usd"]) for row in rows}
    assert found["futures"] == pytest.approx(futures, rel=1e-9)
    assert found["options"] == pytest.approx(options, rel=1e-9)


@pytest.mark.integration
def test_a_row_without_coins_is_stored_told_and_in_no_total(
    tmp_path: Path, make_desk: Callable[..., Any]
) -> None:
    desk = make_desk("binancecoinm", venues=("binancecoinm",))
    outcome = desk.replay(CASES["binancecoinm:2023-02-25T21:24:33Z"].write(tmp_path))
    rows = desk.rows("select oi_base, oi_usd, quality from core.open_interest")
    report = desk.report(outcome)

    assert rows == [{"oi_base": None, "oi_usd": 265424360.0, "quality": "suspect"}]
    assert outcome.state == "partial"
    for mart in ("oi_by_asset", "oi_by_venue", "oi_candles", "oi_profile", "clusters"):
        assert desk.column(f"select count(*) from marts.{mart}") == [0], mart  # noqa: S608
    assert "the amount of coins is unknown" in " ".join(
        say(item.reason) for item in report.withheld
    )
    assert report.tiles[0].figure.value is None
    assert desk.column("select rows_suspect from marts.data_quality") == [1]
