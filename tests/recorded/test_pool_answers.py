"""Answers of pool venues, through the code of a run, give sides worked out by hand (M43)."""

from pathlib import Path

import pytest

from oirisk.flows.settings.model import Settings
from oirisk.schemas.units import registry, unit_rules
from tests.recorded.pool_answers import POOLS, PoolAnswers
from tests.recorded.replayed import Answer, replay

_EXACT = 1e-12


@pytest.mark.parametrize("one", POOLS, ids=[one.venue for one in POOLS])
def test_both_sides_are_read_and_the_larger_one_counts(one: PoolAnswers, tmp_path: Path) -> None:
    fetched, derived, unused = replay(one.venue, one.at, one.answers, tmp_path)

    assert (fetched.failures, fetched.notes, unused) == ([], [], [])
    rows = {row["symbol"]: row for row in derived.verdict.accepted.to_dicts()}
    assert set(rows) == set(one.expected)
    for symbol, (asset, longs, shorts, usd, quality) in one.expected.items():
        row = rows[symbol]
        assert (row["asset"], row["kind"], row["margin"]) == (asset, "pool", "linear")
        assert row["oi_long_base"] == pytest.approx(longs, rel=_EXACT)
        assert row["oi_short_base"] == pytest.approx(shorts, rel=_EXACT)
        assert row["pool_net_base"] == pytest.approx(shorts - longs, rel=1e-9)
        assert row["oi_base"] == max(row["oi_long_base"], row["oi_short_base"])
        assert row["oi_usd"] == (None if usd is None else pytest.approx(usd, rel=_EXACT))
        assert row["quality"] == quality
        assert row["funding_rate"] is None
        assert unit_rules()[row["unit_rule"]].venue == one.venue


@pytest.mark.parametrize(
    ("longs", "shorts", "told"),
    [
        ("7.5", "9", 9),
        (7, "2", 7),
        ("0", "0", 0),
        ("7", None, "has_open_interest"),
        ("7", "", "has_open_interest"),
        ("NaN", "2", "sides_known"),
        ("7", "-2", "sides_known"),
        ("many", "2", "readable"),
    ],
)
def test_the_larger_of_two_sides_is_known_only_where_both_are(
    longs: object, shorts: object, told: float | str, tmp_path: Path
) -> None:
    sides = {"long_open_interest": longs, "short_open_interest": shorts}
    body = {"listings": [{"ticker": "BTC", "mark_price": "2", "open_interest": sides}]}
    address = "https://omni-client-api.prod.ap-northeast-1.variational.io/metadata/stats"
    asked = (Answer(address, body), Answer(address, body))
    verdict = replay("variational", "2026-09-13T00:05:00Z", asked, tmp_path)[1].verdict

    if isinstance(told, str):
        assert verdict.rejected["check_name"].to_list() == [told]
    else:
        found = verdict.accepted.select("kind", "oi_usd", "oi_base").rows()
        assert found == [("pool", told, told / 2)]


def test_what_is_not_quoted_in_dollars_or_has_no_price_is_told(tmp_path: Path) -> None:
    by_venue = {one.venue: one for one in POOLS}

    gains = replay("gains", by_venue["gains"].at, by_venue["gains"].answers, tmp_path)[1]
    assert gains.verdict.rejected["check_name"].to_list() == ["quote_in_usd"]
    assert gains.problems == ()

    ostium = replay("ostium", by_venue["ostium"].at, by_venue["ostium"].answers, tmp_path)[1]
    assert ostium.problems == (
        "prices: 1 rows lie more than 5 minutes from their open interest and were not used: XAU/USD",
        "1 rows have no USD value, no price came with them: XAU/USD:USDC",
    )


def test_every_pool_of_the_registry_has_an_answer_here_and_none_is_asked_by_default() -> None:
    told = {rule.venue for rule in registry().values() if rule.product == "pool"}
    assert told == {one.venue for one in POOLS} | {"variational"}  # its answer is a published one
    assert not told & set(Settings().venues)
