"""What a report says has changed since the last one."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest

from oirisk.schemas.report.briefing import NO_FUNDING
from oirisk.templates.sentences import say
from oirisk.transforms.report import changes as changing
from oirisk.transforms.report.bottom_line import bottom_line
from oirisk.transforms.report.facts import Choices, Facts
from oirisk.transforms.report.tiles import tiles
from oirisk.transforms.report.withheld import assumptions
from oirisk.warehouse.migrate import migrate
from oirisk.warehouse.sql_files import statement

AT = datetime(2026, 11, 21, 0, 5, tzinfo=UTC)


def changes(**found: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return subject and text of the changes that follow from these query results."""
    facts = made_of(AT - timedelta(days=1), **found)
    return [(change.subject, say(change.text)) for change in changing.changes(facts)]


def made_of(previous_at: datetime | None = None, **found: list[dict[str, Any]]) -> Facts:
    """Make a report's facts of these query results; of the other queries there are no rows."""
    choices = Choices(0.9, 0.1, 25, 20, 5, has_accounts=False)
    return Facts({"previous_at": previous_at}, choices, defaultdict(list, found), {})


def test_the_level_is_that_of_the_asset_not_of_the_contracts_compared() -> None:
    """Of 20 million in all, whatever contracts known at both instants hold."""
    moved = {
        "asset": "SOL", "change_24h_pct": 4.0, "oi_usd": 20e6, "price_change_24h_pct": None,
    }  # fmt: skip
    assert changes(moved=[moved]) == [
        ("SOL", "positions +4.0% in 24 hours, like for like; $20.0m in all")
    ]


def test_what_changed_in_a_day_is_told_in_the_first_report_too() -> None:
    share = {"venue": "okx", "share": 0.25, "share_change_24h_pp": -0.5}
    facts = made_of(venue_shares=[share])
    assert [(change.subject, say(change.text)) for change in changing.changes(facts)] == [
        ("okx", "share of open interest -0.50 pp in 24 hours at constant prices; 25.0% now")
    ]


@pytest.mark.parametrize(
    ("cell", "reading"),
    [("new_longs_trend", "new longs (price-inferred)"), ("neutral", "neutral")],
)
def test_a_reading_says_that_it_is_inferred_from_price(cell: str, reading: str) -> None:
    row = {
        "asset": "BTC", "published": True, "oi_base": 100.0, "change_24h_pct": 3.0, "cell": cell,
        "price_change_24h_pct": 2.0,
    }  # fmt: skip
    said = [say(sentence.text) for sentence in bottom_line(made_of(assets=[row]))]
    assert said[1].endswith(f" while the price moved +2.0%: {reading}.")


def test_averages_of_funding_say_whom_they_leave_out() -> None:
    """Of gate one line has a rate, of okx none; deribit's options have none to have."""
    lines = (("gate", 0.4), ("gate", 0.0), ("okx", 0.0), ("deribit", None))
    rows = [
        {
            "venue": venue, "product": "perp", "funding_covered_share": share,
            "counting_evidence": "official", "unit_evidence": "official",
        }
        for venue, share in lines
    ]  # fmt: skip
    stated = [say(text) for text in assumptions(made_of(products=rows))]
    assert "Averages of funding leave out, since rate or interval is not known: okx." in stated
    assert any("rotation 0, 0.1 and 0.2" in text for text in stated)


@pytest.mark.parametrize(
    ("covered", "note"),
    [
        (0.963, "weighted by open interest, 96.3% of it covered"),
        (0.0, "weighted by open interest"),
        (None, "weighted by open interest"),
    ],
)
def test_an_average_of_funding_says_how_much_it_covers(covered: float | None, note: str) -> None:
    row = {
        "asset": "BTC", "published": True, "withheld_reason": None, "oi_base": 100.0,
        "funding_8h_oi_weighted": None, "funding_covered_share": covered,
    }  # fmt: skip
    *_, funding = tiles(made_of(assets=[row]))
    assert (say(funding.note), say(funding.figure.reason)) == (note, NO_FUNDING)


def test_what_is_not_known_is_said_to_be_so_and_stops_no_report() -> None:
    moved = {"asset": "SOL", "oi_usd": None, "change_24h_pct": 4.0, "price_change_24h_pct": None}
    ((_, said),) = changes(moved=[moved])
    assert said == "positions +4.0% in 24 hours, like for like; \u2014 not known in all"


def test_what_a_file_says_is_not_put_down_to_the_exchange() -> None:
    lines = (("bybit", "import"), ("okx", "swap"))
    rows = [
        {
            "venue": venue, "product": product, "funding_covered_share": 1.0,
            "counting_evidence": "assumed", "unit_evidence": "assumed",
        }
        for venue, product in lines
    ]  # fmt: skip
    stated = [say(text) for text in assumptions(made_of(products=rows))]
    assert (
        "Counted once per contract by assumption, since the exchange does not say: okx." in stated
    )
    assert "Unit taken by assumption: okx." in stated
    assert (
        "Imported figures are taken to be what their files must hold, coins of one side: bybit."
    ) in stated


def entries(*distances: float, **other: Any) -> list[dict[str, Any]]:
    return [
        {
            **cluster("born", 1e9, None), "kind": "entry", "side": "both", "asset": f"C{place}",
            "distance_pct": distance, **other,
        }
        for place, distance in enumerate(distances)
    ]  # fmt: skip


def nearest(clusters: list[dict[str, Any]], *assets: dict[str, Any]) -> str:
    return say(bottom_line(made_of(clusters=clusters, assets=list(assets)))[-1].text)


def test_of_concentrations_around_their_prices_none_is_the_nearest() -> None:
    size = "C0 at $141.00 to $150.00 ({}), modelled at $500m to $2.00bn."
    assert nearest(entries(0, 0, -1.5)) == (
        "The largest of 2 concentrations of entries around a price is "
        + size.format("around the price")
    )
    assert nearest(entries(0, -1.5)) == (
        "The nearest concentration of entries is " + size.format("around the price")
    )
    assert nearest(entries(-1.5, 2)) == (
        "The nearest concentration of entries is " + size.format("-1.5%")
    )


def test_a_size_of_what_is_known_of_an_asset_says_so() -> None:
    partly = {"asset": "C0", "published": False, "coverage": 0.8096}
    assert nearest(entries(0), partly).endswith(
        "$2.00bn, of the 81.0% of its open interest that is known tonight."
    )
    assert nearest(entries(0), {**partly, "asset": "C9"}).endswith("$2.00bn.")


def test_ends_that_read_the_same_are_written_once() -> None:
    alike = entries(0, usd_low=1.2301e9, usd_high=1.2349e9, price_high=141.0)
    assert nearest(alike) == (
        "The nearest concentration of entries is C0 at $141.00 (around the price), modelled at "
        "$1.23bn under every assumption tried."
    )
    assert changes(clusters=alike)[0][1] == (
        "born: C0 entries $141.00, modelled at $1.23bn under every assumption tried"
    )


@pytest.mark.parametrize(
    ("covered", "said"),
    [(0.8096, "coverage is 81.0%, 90.0% is needed"), (0.8999, "coverage is 89.99%, 90.00% is needed")],
)  # fmt: skip
def test_what_falls_short_never_reads_as_enough(covered: float, said: str) -> None:
    market = {"published": False, "coverage": covered}
    total = bottom_line(made_of(market=[market]))[0]
    assert say(total.text) == f"The total is not published: {said}."


def cluster(status: str, usd: float, usd_before: float | None) -> dict[str, Any]:
    return {
        "cluster_id": f"{status}-{usd:g}", "asset": "SOL", "kind": "liquidation", "side": "short",
        "price_low": 141.0, "price_high": 150.0, "status": status, "usd": usd,
        "usd_low": usd / 2, "usd_high": usd * 2, "usd_before": usd_before,
        "usd_low_before": None if usd_before is None else usd_before / 2,
        "usd_high_before": None if usd_before is None else usd_before * 2,
    }  # fmt: skip


def test_concentrations_rank_by_the_larger_of_what_they_hold_and_held() -> None:
    rows = [cluster("born", usd * 1e6, None) for usd in range(10, 16)]
    rows += [cluster("consumed", 0, 2.15e9), cluster("shrunk", 1e6, 14.5e6)]
    found = changes(clusters=rows)
    assert [subject for subject, _ in found] == [
        "consumed-0", "born-1.5e+07", "shrunk-1e+06", "born-1.4e+07", "born-1.3e+07",
        "born-1.2e+07",
    ]  # fmt: skip
    assert found[0][1] == (
        "consumed: SOL liquidation levels (short) $141.00 to $150.00, modelled at $1.08bn to "
        "$4.30bn before"
    )
    assert found[2][1].endswith(", modelled at $500k to $2.00m")


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"kind": "strike", "side": "put"}, "born: SOL option strikes (put) $141.00 to $150.00, $1.00m"),
        ({"usd_low": None}, "born: SOL liquidation levels (short) $141.00 to $150.00, of a modelled "
                            "size without a band"),
    ],
    ids=["published", "no band"],
)  # fmt: skip
def test_no_modelled_size_is_printed_without_its_band(other: dict[str, Any], told: str) -> None:
    assert [text for _, text in changes(clusters=[{**cluster("born", 1e6, None), **other}])] == [
        told
    ]


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        migrate(connection, AT)
        yield connection


def test_a_concentration_is_read_with_what_it_held_at_the_snapshot_before(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    for name, hours, usd in (("a", 24, 30.0), ("a", 12, 20.0), ("a", 0, 0.0), ("b", 0, 5.0)):
        warehouse.execute(
            "insert into marts.clusters by name select $at as snapshot_at, 'BTC' as asset,"
            " 'entry' as kind, $name as cluster_id, 'both' as side, 1 as price_low,"
            " 2 as price_high, 1.5 as price_peak, 1.5 as centroid, 1 as base, $usd as usd,"
            " $usd / 2 as usd_low, $usd * 2 as usd_high,"
            " 0.1 as share, 1 as prominence, 0 as distance_pct, 'stable' as status,"
            " false as is_simulated",
            {"at": AT - timedelta(hours=hours), "name": name, "usd": usd},
        )
    found = warehouse.execute(statement("report/clusters.sql"), {"snapshot_at": AT}).pl()
    held = ("usd", "usd_before", "usd_low_before", "usd_high_before")
    assert found.select("cluster_id", *held).rows() == [
        ("b", 5.0, None, None, None), ("a", 0.0, 20.0, 10.0, 40.0),
    ]  # fmt: skip
