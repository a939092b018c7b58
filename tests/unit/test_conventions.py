"""What one night shows of a line, and what nights together say against the registry (M38)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from oirisk.transforms.conventions.contradictions import judge
from oirisk.transforms.conventions.nights import measure

START = datetime(2026, 3, 1, tzinfo=UTC)
NO_PAIRS = {
    "venue": pl.String, "product": pl.String, "field": pl.String,
    "snapshot_at": pl.Datetime("us", "UTC"), "held": pl.Float64, "held_other": pl.Float64,
}  # fmt: skip


def figures(nights: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows of coins ``held`` by night, lists by instrument; other columns as given or plain."""
    rows = []
    for number, night in enumerate(nights):
        at = START + timedelta(days=night.get("day", number))
        factor = night.get("factor", 1.0)
        for place, held in enumerate(night["held"]):
            rows.append(
                {
                    "venue": "venue", "product": "perp", "field": "field", "snapshot_at": at,
                    "symbol": f"S{place}", "unit": night.get("unit", "base"), "is_inverse": False,
                    "unit_rule": night.get("unit_rule", "rule"),
                    "factor": factor, "held": held,
                    "printed": None if held is None else held / factor,
                    "price": (night.get("price") or [100.0] * len(night["held"]))[place],
                    "size": (night.get("size") or [0.1] * len(night["held"]))[place],
                    "traded": (night.get("traded") or [1e9] * len(night["held"]))[place],
                    "hours": at.timestamp() / 3600, "is_simulated": False,
                }
            )  # fmt: skip
    return pl.DataFrame(rows, infer_schema_length=None)


def measured(nights: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return measure(figures(nights), pl.DataFrame(schema=NO_PAIRS)).to_dicts()


def held(count: int, night: int, times: float = 1.0) -> list[float]:
    """Amounts that move by a few percent a night, each its own way; odd and even ones."""
    return [times * (1000 + 37 * place + (13 * place + 7 * night) % 29) for place in range(count)]


def test_figures_that_stay_as_they_are_tell_nothing_again() -> None:
    first, second, third = measured(
        [{"held": [11.0, 20.0]}, {"held": [11.0, 22.0]}, {"held": [13.0, 22.0]}]
    )
    assert (first["fresh_n"], first["fresh_even"]) == (2, 1)  # 20 may be 2 lots of 10
    assert (second["parity_n"], second["parity_even"], second["fresh_n"]) == (1, 1, 0)
    assert (third["parity_n"], third["parity_even"]) == (1, 0)


def test_the_worked_example_of_volume_comes_out() -> None:
    # M38_convention: volumes 12, 8, 20, 5 and changes 9, -6, 15, 4, within; twice that is beyond
    steps = [9.0, -6.0, 15.0, 4.0]
    one = {"held": [100 + step for step in steps], "traded": [12.0, 8.0, 20.0, 5.0]}
    both = {**one, "held": [100 + 2 * step for step in steps]}
    start = {"held": [100.0] * 4}
    night = measured([start, one])[1]
    assert (night["volume_within"], night["volume_beyond"]) == (4, 0)
    night = measured([start, both])[1]
    assert (night["volume_within"], night["volume_beyond"]) == (0, 4)
    late = measured([start, {**both, "day": 2}])[1]
    assert (late["volume_within"], late["volume_beyond"]) == (0, 0)  # volume of one day of the two


def test_sides_that_are_halved_by_the_registry_are_held_against_volume_as_printed() -> None:
    start = {"held": [50.0] * 4, "factor": 0.5}
    steps = {"held": [59.0, 44.0, 65.0, 54.0], "traded": [12.0, 8.0, 20.0, 5.0], "factor": 0.5}
    night = measured([start, steps])[1]
    assert (night["volume_within"], night["volume_beyond"]) == (0, 4)


@pytest.mark.parametrize("times", [2.0, 0.5, 10.0, 0.001])
def test_a_factor_that_all_figures_take_is_told(times: float) -> None:
    nights = [{"held": held(5, night)} for night in range(3)]
    jumped = measured([*nights, {"held": held(5, 3, times)}])[3]
    assert jumped["relation"] == f"x{times:g}"
    assert (jumped["relation_n"], jumped["relation_hits"]) == (5, 5)
    assert jumped["relation_ratio"] == pytest.approx(times, rel=0.05)


def test_a_crash_that_halves_positions_is_trade() -> None:
    nights = [{"held": held(6, night)} for night in range(3)]
    crash = {"held": held(6, 3, 0.5), "price": [70.0] * 6}
    assert measured([*nights, crash])[3]["relation"] == "steady"
    assert measured([*nights, {**crash, "price": [99.0] * 6}])[3]["relation"] == "x0.5"


def test_new_instruments_may_grow_by_any_factor() -> None:
    grown = measured([{"held": held(5, 0)}, {"held": held(5, 1, 10.0)}])[1]
    assert grown["relation"] is None


def test_a_change_of_unit_is_told_by_what_each_contract_is_worth() -> None:
    size, price = [0.001, 0.1, 10.0, 1000.0, 0.01], [90_000.0, 300.0, 2.0, 0.02, 4_000.0]
    shown = {"unit": "contracts", "size": size, "price": price}
    nights = [{"held": held(5, night), **shown} for night in range(3)]
    # coins taken for contracts: each figure is multiplied by the size once too often
    coins = [amount * one for amount, one in zip(held(5, 3), size, strict=True)]
    assert measured([*nights, {"held": coins, **shown}])[3]["relation"] == "contracts>base"
    usd = [amount * one * each for amount, one, each in zip(held(5, 3), size, price, strict=True)]
    assert measured([*nights, {"held": usd, **shown}])[3]["relation"] == "contracts>usd"


def test_figures_that_scatter_are_of_an_unknown_unit() -> None:
    nights = [{"held": held(5, night)} for night in range(3)]
    coins = [amount * one for amount, one in zip(held(5, 3), (1e-3, 7, 10, 60, 0.2), strict=True)]
    assert measured([*nights, {"held": coins, "size": [None] * 5}])[3]["relation"] == "scattered"
    crash = {"held": coins, "size": [None] * 5, "price": [70.0] * 5}
    assert measured([*nights, crash])[3]["relation"] == "steady"


def test_where_another_rule_begins_nothing_is_compared() -> None:
    nights = [{"held": held(5, night)} for night in range(3)]
    assert (
        measured([*nights, {"held": held(5, 3, 10.0), "unit_rule": "new"}])[3]["relation"] is None
    )


def test_a_factor_that_is_corrected_is_no_change_of_the_figure() -> None:
    nights = [{"held": held(5, night)} for night in range(3)]
    corrected = {"held": held(5, 3, 0.5), "factor": 0.5}  # printed as before
    assert measured([*nights, corrected])[3]["relation"] == "steady"


def test_lots_of_before_a_change_of_unit_are_forgotten() -> None:
    fine = [{"held": [amount + 0.001 for amount in held(6, night)]} for night in range(4)]
    coarse = [{"held": held(6, night, 1000.0)} for night in range(4, 12)]
    told = measured([*fine, *coarse])
    assert told[4]["relation"] == "x1000"
    share = sum(night["parity_even"] for night in told[5:]) / sum(
        night["parity_n"] for night in told[5:]
    )
    assert 0.3 < share < 0.7  # in lots of a thousandth all would be even


def test_the_unit_shows_in_how_much_turnovers_differ() -> None:
    price = [10.0 ** (place % 7 - 3) for place in range(30)]
    amounts = [1e6 / each * (1 + place % 3) for place, each in enumerate(price)]
    night = {"held": amounts, "price": price, "traded": [amount / 2 for amount in amounts]}
    right = measured([night])[0]
    assert right["spread_n"] == 30
    assert right["spread_usd"] > 2 * right["spread_base"]
    assert right["spread_contracts"] is None  # contracts of one size tell nothing else


# ------------------------------------------------------------------------------------- verdicts

PLAIN: Mapping[str, Any] = {
    "venue": "venue", "product": "perp", "field": "field", "unit": "base", "counting_factor": 1.0,
    "instruments": 40, "parity_n": 40, "parity_even": 20, "fresh_n": 0, "fresh_even": 0,
    "volume_within": 10, "volume_beyond": 0, "ratio_same": 0, "ratio_twice": 0, "ratio_half": 0,
    "relation": "steady", "relation_n": 40, "relation_hits": 38, "relation_ratio": 1.0,
    "spread_n": 0, "spread_contracts": None, "spread_base": None, "spread_usd": None,
    "is_simulated": False, "unit_rule": "rule",
}  # fmt: skip

Judge = Callable[..., dict[str, list[dict[str, Any]]]]


@pytest.fixture
def judged() -> Judge:
    def run(*nights: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
        rows = [
            {**PLAIN, "snapshot_at": START + timedelta(days=day), **night}
            for day, night in enumerate(nights)
        ]
        found = judge(pl.DataFrame(rows, schema_overrides=dict.fromkeys(SPREADS, pl.Float64)))
        by_test: dict[str, list[dict[str, Any]]] = {}
        for row in found.to_dicts():
            by_test.setdefault(row["test"], []).append(row)
        return by_test

    return run


SPREADS = ("spread_contracts", "spread_base", "spread_usd")
BOTH = {"parity_even": 40, "volume_within": 4, "volume_beyond": 6}


def test_a_line_that_is_as_registered_agrees(judged: Judge) -> None:
    found = judged(*[{}] * 10)
    assert {name: [row["verdict"] for row in rows] for name, rows in found.items()} == {
        "parity": ["one"], "volume": ["one"], "ratio": ["undecided"], "size": ["steady"],
        "unit": ["undecided"],
    }  # fmt: skip
    (parity,) = found["parity"]
    assert (parity["n"], parity["statistic"], parity["agrees"]) == (400, 0.5, True)
    assert (parity["since"], parity["until"], parity["last_before"]) == (START, None, None)
    assert found["ratio"][0]["agrees"] is None
    assert (found["ratio"][0]["n"], found["ratio"][0]["p_value"]) == (0, None)
    assert not any(row["is_suspect"] for rows in found.values() for row in rows)


def test_sides_that_change_are_suspect_from_that_night(judged: Judge) -> None:
    jump = {**BOTH, "relation": "x2", "volume_within": 0, "volume_beyond": 0}
    found = judged(*[{}] * 10, jump, *[BOTH] * 6)
    changed_at = START + timedelta(days=10)
    before, after = found["parity"]
    assert (before["verdict"], before["until"], before["is_suspect"]) == ("one", changed_at, False)
    assert (after["verdict"], after["since"], after["agrees"]) == ("both", changed_at, False)
    assert after["last_before"] == START + timedelta(days=9)
    assert after["is_suspect"]
    assert (after["n"], after["p_value"]) == (280, pytest.approx(2.0**-280, rel=1e-9))
    size = found["size"][-1]
    assert (size["verdict"], size["since"], size["statistic"]) == ("x2", changed_at, 2.0)
    assert size["is_suspect"]


def test_a_jump_and_back_leaves_what_is_between_suspect(judged: Judge) -> None:
    found = judged(*[{}] * 5, {"relation": "x10"}, {}, {"relation": "x0.1"}, {}, {})
    assert [(row["verdict"], row["is_suspect"]) for row in found["size"]] == [
        ("steady", False), ("x10", True), ("steady", False)
    ]  # fmt: skip


def test_figures_halved_by_the_registry_that_are_odd_half_of_the_time_are_suspect(
    judged: Judge,
) -> None:
    found = judged(*[{"counting_factor": 0.5, "volume_within": 0}] * 10)
    (parity,) = found["parity"]
    assert (parity["verdict"], parity["agrees"], parity["is_suspect"]) == ("one", False, True)


def test_volume_alone_is_outvoted_by_parity(judged: Judge) -> None:
    found = judged(*[{"volume_within": 10, "volume_beyond": 15}] * 20)
    (volume,) = found["volume"]
    assert (volume["verdict"], volume["agrees"], volume["is_suspect"]) == ("both", False, False)


def test_two_figures_that_lie_apart_by_two_accuse_the_larger_of_one_side(judged: Judge) -> None:
    one = judged(*[{"ratio_twice": 30, "parity_n": 0, "parity_even": 0, "volume_within": 0}] * 3)
    assert (one["ratio"][0]["verdict"], one["ratio"][0]["is_suspect"]) == ("both", True)
    smaller = judged(*[{"ratio_half": 30, "parity_n": 0, "parity_even": 0}] * 3)
    assert smaller["ratio"][0]["verdict"] == "undecided"
    halved = judged(
        *[{"ratio_half": 30, "counting_factor": 0.5, "parity_n": 0, "parity_even": 0}] * 3
    )
    assert halved["ratio"][0]["verdict"] == "one"


def test_a_unit_that_changes_is_dated_and_suspect(judged: Judge) -> None:
    right = {"unit": "contracts", "spread_n": 40, "spread_contracts": 1.0, "spread_base": 4.0,
             "spread_usd": 5.0}  # fmt: skip
    other = {**right, "spread_contracts": 4.0, "spread_base": 1.0}
    found = judged(*[right] * 6, {**other, "relation": "contracts>base"}, other)
    before, after = found["unit"]
    assert (before["verdict"], before["agrees"]) == ("contracts", True)
    assert (after["verdict"], after["agrees"], after["is_suspect"]) == ("base", False, True)
    assert after["since"] == START + timedelta(days=6)


def test_a_unit_that_was_wrong_from_the_first_night_is_suspect(judged: Judge) -> None:
    wrong = {"unit": "usd", "spread_n": 40, "spread_contracts": 6.0, "spread_base": 1.0,
             "spread_usd": 4.0}  # fmt: skip
    found = judged(*[wrong] * 4)
    assert [(row["verdict"], row["is_suspect"]) for row in found["unit"]] == [("base", True)]


def test_a_unit_that_nobody_can_name_is_suspect(judged: Judge) -> None:
    found = judged(*[{}] * 5, {"relation": "scattered"}, *[{}] * 4)
    assert [(row["verdict"], row["agrees"], row["is_suspect"]) for row in found["unit"]] == [
        ("undecided", None, False), ("unknown", False, True)
    ]  # fmt: skip


def test_a_rule_of_its_own_ends_what_contradicted_the_one_before(judged: Judge) -> None:
    jump, new = {"relation": "x10"}, {"unit_rule": "new"}
    found = judged(*[{}] * 5, jump, {}, {**new, "relation": None}, new, new)
    assert [(row["verdict"], row["is_suspect"]) for row in found["size"]] == [
        ("steady", False), ("x10", True), ("steady", False)
    ]  # fmt: skip
    lost = judged(*[{}] * 5, {"relation": "scattered"}, {}, {**new, "relation": None}, new, new)
    assert lost["unit"][-1]["verdict"] != "unknown"


def test_sides_that_change_with_a_rule_never_contradict_it(judged: Judge) -> None:
    few = {"parity_n": 4, "parity_even": 2, "volume_within": 0}
    both = {**few, "parity_even": 4, "counting_factor": 0.5, "unit_rule": "new"}
    found = judged(*[few] * 30, {**both, "relation": None}, both)
    assert not any(row["is_suspect"] for row in found["parity"])
    assert [row["verdict"] for row in found["parity"]] == ["one", "both"]


def test_nights_measured_by_themselves_are_as_among_all() -> None:
    nights = [{"held": held(30, night, 1.0 if night < 18 else 10.0)} for night in range(24)]
    rows = figures(nights)
    whole = measure(rows, pl.DataFrame(schema=NO_PAIRS))
    assert whole["relation"].to_list().count("x10") == 1
    for first in whole["snapshot_at"]:
        recent = rows.filter(pl.col("snapshot_at") >= first - timedelta(days=21))
        part = measure(recent, pl.DataFrame(schema=NO_PAIRS), first)
        assert part.to_dicts() == whole.filter(pl.col("snapshot_at") >= first).to_dicts()
