"""What a report says of forced closes: verdicts, ranges, what is left out and why."""

from pathlib import Path
from typing import Any

import pytest

from oirisk.schemas.report.briefing import Figure, Report, Tile
from oirisk.schemas.report.liquidations import LiquidationMap, MapBin, Side
from oirisk.schemas.report.parts import Band
from oirisk.templates import wording
from oirisk.templates.liquidation_chart import map_spec
from oirisk.templates.sections import assets, clusters, liquidations
from oirisk.templates.tables import banded
from oirisk.transforms.report import rows
from oirisk.transforms.report.rows import verdict

RICH = Path(__file__).parents[1] / "golden" / "report" / "rich.json"


@pytest.fixture(scope="module")
def rich() -> Report:
    return Report.model_validate_json(RICH.read_text(encoding="utf-8"))


def score(**other: Any) -> dict[str, Any]:
    return {"chance": 0.25, "wilson_low": 0.2, "wilson_high": 0.5, "meaningful": True, **other}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (score(), "no skill"),
        (score(wilson_low=0.25), "no skill"),
        (score(wilson_low=0.26), "better than chance"),
        (score(wilson_low=0.1, wilson_high=0.24), "worse than chance"),
        (score(wilson_low=0.9, wilson_high=1.0, meaningful=False), "not meaningful"),
        (score(wilson_low=None), "not meaningful"),
    ],
)
def test_skill_is_claimed_only_where_chance_lies_outside(row: dict[str, Any], said: str) -> None:
    assert verdict(row) == said


def test_the_verdict_stands_above_the_map(rich: Report) -> None:
    assert wording.verdict(rich) == (
        "The map did better than a forecast by lot; 29 nights scored, 812 bins crossed, "
        "precision 36.0% against 26.0% by lot."
    )
    few = rich.liquidations.track[0].model_copy(update={"verdict": "not meaningful", "nights": 1})
    early = rich.model_copy(
        update={"liquidations": rich.liquidations.model_copy(update={"track": (few,)})}
    )
    assert wording.verdict(early).startswith("Not meaningful yet")
    assert wording.verdict(early).endswith("; 1 night scored.")
    first = rich.model_copy(
        update={"liquidations": rich.liquidations.model_copy(update={"track": ()})}
    )
    assert wording.verdict(first).startswith("Not scored yet")


def test_a_modelled_amount_is_never_without_its_range(rich: Report) -> None:
    cell = banded(Band(usd=2e6, low=1e6, high=5e6))
    assert cell.text == "$2.00m ($1.00m to $5.00m)"
    finding = wording.map_finding(rich, rich.liquidations.maps[0])
    assert finding.startswith("If BTC falls 5% to $80,085, modelled $")
    assert " to $334bn of longs" not in finding
    assert finding.endswith("on the way: $126m of longs, $80.6m of shorts.")
    unobserved = wording.map_finding(rich, rich.liquidations.maps[1])
    assert "bserved accounts" not in unobserved


def test_observed_levels_count_as_far_as_the_move_goes() -> None:
    """A mark of 100 falls to 95 or rises to 105: a quarter of the bin from 94 to 98 is cut off."""

    def part(side: Side, low: float, high: float, measured: float) -> MapBin:
        none = Band(usd=0.0, low=0.0, high=0.0)
        return MapBin(side=side, price_low=low, price_high=high, modelled=none, measured=measured)

    found = LiquidationMap(
        asset="BTC",
        price=100.0,
        bins=(
            part("long", 80, 94, 5e8),
            part("long", 94, 98, 4e6),
            part("long", 99, 101, 6e6),
            part("long", 101, 102, 9e8),
            part("short", 98, 100, 8e8),
            part("short", 105, 106, 7e8),
        ),
    )
    assert wording.measured_within(found, "long", 5) == pytest.approx(3e6 + 3e6)
    assert wording.measured_within(found, "short", 5) == 0.0


def test_over_depth_needs_a_depth(rich: Report) -> None:
    found = liquidations.SECTION.table("reach", rich)
    assert found.rows[0][-1].text == "1.30\u00d7"
    assert found.rows[-1][-1].reason == "order-book depth was not measured"


def test_the_chart_puts_measured_levels_to_the_left_and_cuts_extreme_ranges() -> None:
    def part(low: float, usd: float, high: float, measured: float) -> MapBin:
        return MapBin(
            side="long", price_low=low, price_high=low + 1, measured=measured,
            modelled=Band(usd=usd, low=0.0, high=high),
        )  # fmt: skip

    found = LiquidationMap(
        asset="BTC", price=100.0, bins=(part(90, 10.0, 500.0, 4.0), part(91, 5.0, 6.0, 0.0))
    )
    data = map_spec(found, [], "", 592)["datasets"]
    assert [(row["from"], row["to"]) for row in data["long"]] == [(0.0, 10.0), (0.0, 5.0)]
    assert [(row["from"], row["to"]) for row in data["band"]] == [(0.0, 21.0), (0.0, 6.0)]
    assert [(row["from"], row["to"]) for row in data["measured"]] == [(-4.0, 0.0)]
    assert data["mark"][0]["from"] == pytest.approx(-4.2)


def test_the_table_of_concentrations_says_how_many_it_leaves_out(rich: Report) -> None:
    short = clusters.SECTION.table("clusters", rich.model_copy(update={"clusters_shown": 2}))
    assert len(short.rows) == 2
    assert (short.omitted, short.kept_in) == (len(rich.clusters) - 2, "marts.clusters")


def test_options_are_told_apart_from_what_is_modelled(rich: Report) -> None:
    (row,) = (row for row in rich.clusters if row.kind == "strike")
    found = clusters.SECTION.table("clusters", rich.model_copy(update={"clusters": (row,)}))
    cells = dict(zip([column.label for column in found.columns], found.rows[0], strict=True))
    assert (cells["Side"].text, cells["Kind"].text) == ("call", "option strikes")
    assert cells["Band"].reason == "published, not modelled"
    assert "modelled, except strikes" in found.caption


def test_a_reading_that_is_missing_says_why(rich: Report) -> None:
    row = rich.assets[0].model_copy(update={"cell": "", "cell_reason": "no day to compare"})
    found = assets.SECTION.table("assets", rich.model_copy(update={"assets": (row,)}))
    place = [column.label for column in found.columns].index("Reading")
    assert found.rows[0][place].reason == "no day to compare"


@pytest.mark.parametrize("identity", ["flow_usd_24h", "revaluation_usd_24h"])
def test_a_gain_of_flow_or_revaluation_carries_its_sign(identity: str) -> None:
    figure = Figure(value=5e8, unit="usd")
    tile = Tile(id=identity, label="", figure=figure, method="M04")
    assert wording.tile_value(tile) == "+$500m"


def test_a_concentration_that_holds_the_price_is_around_the_mark(rich: Report) -> None:
    row = rich.clusters[0]
    there = row.model_copy(update={"distance_pct": 0.0})
    below = row.model_copy(update={"distance_pct": -4.6})
    assert wording.cluster_text(there).endswith(", around the mark")
    assert wording.cluster_text(below).endswith(", 4.6% below the mark")


def test_a_strike_says_once_that_it_has_no_band() -> None:
    row = {
        "asset": "BTC", "kind": "strike", "side": "call", "price_low": 89_500.0,
        "price_high": 90_500.0, "price_peak": 90_000.0, "base": 1e3, "usd": 9e7, "usd_low": None,
        "usd_high": None, "share": 0.1, "distance_pct": 2.0, "venues_hhi": 1.0,
        "age_hours": None, "status": "born",
    }  # fmt: skip
    facts: Any = {"clusters": [row]}
    (shown,) = rows.cluster_rows(facts)
    assert wording.cluster_text(shown) == (
        "call $90.0m (no band: what options hold at a strike is published, not modelled) at "
        "$89,500 to $90,500, 2.0% above the mark"
    )
