"""The worked examples of options, through the tables that serve users; and what must not move them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import polars as pl
import pytest

from oirisk.flows.marts import build_stale
from oirisk.flows.settings.model import Settings
from oirisk.schemas.tables.registry import TABLES
from oirisk.warehouse.load import load_bars, load_instruments
from oirisk.warehouse.marts import OPTIONS, TOTALS
from oirisk.warehouse.stale import note_stale
from oirisk.warehouse.window import BuildWindow
from tests.models import build_marts
from tests.option_rows import RULES, Told, build_options, insert, only, tell
from tests.worked_examples import golden

NIGHT = datetime(2026, 3, 25, tzinfo=UTC)
EXPIRY = NIGHT + timedelta(days=30)
DAY = timedelta(days=1)
BY_EXPIRY = "from marts.options_by_expiry where venue = $venue"
CLOSE = {"rel": 1e-9, "abs": 1e-12}


def close(value: float) -> Any:
    return pytest.approx(value, **CLOSE)


def chain_of(
    strikes: list[float], calls: list[float], puts: list[float], **more: Any
) -> list[Told]:
    at = more.pop("at", NIGHT)
    return [
        Told(at, strike, side, base, more.get("expiry", EXPIRY), **{
            name: value for name, value in more.items() if name != "expiry"
        })
        for strike, call, put in zip(strikes, calls, puts, strict=True)
        for side, base in (("call", call), ("put", put))
    ]  # fmt: skip


@pytest.mark.parametrize("venue", ["deribit", "ALL"])
def test_the_worked_example_of_max_pain_put_call_ratio_and_skew(
    warehouse: duckdb.DuckDBPyConnection, venue: str
) -> None:
    pain, skew = golden("M27_maxpain"), golden("M33_oi_skew")
    strikes = [1000.0 * strike for strike in pain["strikes_k"]]
    build_options(warehouse, chain_of(strikes, pain["calls"], pain["puts"]))
    row = only(warehouse, BY_EXPIRY, venue=venue)
    assert (row["max_pain"], row["max_pain_high"]) == (1000 * pain["max_pain"],) * 2
    assert row["max_pain_coin"] == 1000 * pain["max_pain_coin"]
    assert row["max_pain_distance_pct"] == 0
    assert row["call_oi_base"] == pain["total_calls"]
    assert row["put_oi_base"] == pain["total_puts"]
    assert row["put_call_ratio"] == close(pain["pcr_oi"])
    assert row["put_call_ratio_otm"] == close(skew["otm_puts"] / skew["otm_calls"])
    assert row["oi_skew"] == close(skew["skew"])
    assert row["call_centre"] == close(1000 * skew["com_calls"])
    assert row["put_centre"] == close(1000 * skew["com_puts"])


def test_max_pain_in_coins_is_another_strike_than_in_usd(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    calls, puts, _, _, usd, coin = golden("M27_usd_vs_coin")
    build_options(warehouse, chain_of([50.0, 60.0, 70.0], calls, puts, price=60.0))
    row = only(warehouse, BY_EXPIRY, venue="ALL")
    assert (row["max_pain"], row["max_pain_high"], row["max_pain_coin"]) == (usd, usd, coin)


def test_the_worked_example_of_gamma_and_delta_exposure(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    told = golden("M31_gex")
    volatility = {55_000: 0.60, 60_000: 0.55, 65_000: 0.55}
    forward = {"underlying_price": 60_000.0, "underlying_kind": "forward"}
    build_options(
        warehouse,
        [
            Told(
                NIGHT, float(one["K"]), {"C": "call", "P": "put"}[one["cp"]], float(one["oi"]),
                EXPIRY, quote={**forward, "mark_iv": volatility[one["K"]]},
            )
            for one in told["rows"]
        ],
    )  # fmt: skip
    for table in ("options_by_expiry", "options_by_asset"):
        row = only(warehouse, f"from marts.{table} where venue = 'ALL'")
        assert row["gex_gross_usd"] == close(told["gross"])
        assert row["gex_net_naive_usd"] == close(told["net"])
        assert row["gex_net_short_all_usd"] == close(-told["gross"])
        assert row["gamma_flip"] == close(told["flip"])
        assert row["flip_low"] < told["flip"] < row["flip_high"]
        assert row["dex_base"] == close(golden("M31_dex_btc"))
    strikes = warehouse.execute(
        "select strike, gex_gross_usd, gex_net_naive_usd from marts.options_by_strike"
        " where venue = 'ALL' order by strike"
    ).fetchall()
    for strike, gross, net in strikes:
        each = [one["gex_usd_per_1pct"] for one in told["rows"] if one["K"] == strike]
        assert gross == close(sum(each))
        assert net == close(each[0] - each[1])


@pytest.mark.parametrize(
    ("side", "strike", "volatility"), [("call", 65_000.0, 0.55), ("put", 55_000.0, 0.60)]
)
def test_the_worked_example_of_an_option(
    warehouse: duckdb.DuckDBPyConnection, side: str, strike: float, volatility: float
) -> None:
    told = golden("M30_black76")[f"{side}_{strike / 1000:g}k"]
    quote = {
        "mark_iv": volatility, "mark_price": told["price"], "underlying_price": 60_000.0,
        "underlying_kind": "forward",
    }  # fmt: skip
    build_options(warehouse, [Told(NIGHT, strike, side, 2.0, EXPIRY, quote=quote)])
    row = only(warehouse, "from option_chain('BTC', $day)", day=f"{EXPIRY:%Y-%m-%d}")
    for name in ("delta", "gamma", "vega"):
        assert row[name] == close(told[name])
    assert row["theta"] == close(told["theta_day"])
    assert row["premium_usd"] == close(2 * told["price"])
    assert row["delta_premium_adjusted"] == close(told["delta"] - told["price"] / 60_000)


def test_the_worked_example_of_basis(warehouse: duckdb.DuckDBPyConnection) -> None:
    told = golden("M40_basis")
    facts = [
        {**Told(NIGHT, 1, "call", 10.0, EXPIRY).fact(), "venue": "okx", "margin": "linear", **more}
        for more in (
            {"symbol": "future", "kind": "future", "mark_price": told["fut"]},
            {"symbol": "perp", "kind": "perp", "mark_price": 60_060.0},
        )
    ]
    expiry = NIGHT + timedelta(days=told["days"])
    listing = Told(NIGHT, 1, "call", 1.0, expiry, venue="okx").listing(NIGHT)
    insert(warehouse, "core.open_interest", facts)
    insert(warehouse, "core.instruments", [{**listing, "symbol": "future", "kind": "future"}])
    build_marts(warehouse, BuildWindow(NIGHT, NIGHT), RULES)
    perpetual, future = warehouse.execute("from term_structure('BTC')").pl().to_dicts()
    assert future["days"] == told["days"]
    assert future["basis_pct"] == close(100 * told["basis"])
    assert future["basis_annualised_pct"] == close(100 * told["ann_simple"])
    assert future["basis_annualised_compound_pct"] == close(100 * told["ann_comp"])
    assert perpetual["basis_pct"] == close(0.1)
    assert (perpetual["expiry"], perpetual["basis_annualised_pct"]) == (None, None)


def test_out_of_the_money_is_beyond_the_forward(warehouse: duckdb.DuckDBPyConnection) -> None:
    forward = {"underlying_price": 64e3, "underlying_kind": "forward"}
    held = ((50e3, "put", 1), (62e3, "put", 2), (62e3, "call", 3), (64e3, "call", 7),
            (70e3, "call", 5), (70e3, "put", 9))  # fmt: skip
    build_options(
        warehouse, [Told(NIGHT, *one[:2], float(one[2]), EXPIRY, quote=forward) for one in held]
    )
    row = only(warehouse, BY_EXPIRY, venue="ALL")
    assert row["price"] == 60e3
    assert row["put_call_ratio_otm"] == close(3 / 5)
    assert row["oi_skew"] == close((5 - 3) / 8)


def test_a_venue_that_is_missing_shifts_no_figure_of_another(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    both = [
        *chain_of([50e3, 60e3, 70e3], [5, 1, 9], [7, 2, 1]),
        *chain_of([50e3, 60e3, 70e3], [50, 10, 90], [10, 20, 70], venue="okx", price=61e3),
    ]
    again = [
        Told(one.at + DAY, one.strike, one.side, one.base, one.expiry)
        for one in both
        if one.venue == "deribit"
    ]
    build_options(warehouse, [*both, *again])
    rows = warehouse.execute("from marts.options_by_expiry order by snapshot_at, venue").pl()
    before, after = (rows.filter(snapshot_at=at) for at in (NIGHT, NIGHT + DAY))
    aside = {
        "snapshot_at", "days_to_expiry", "change_24h_base", "published", "withheld_reason", "venue"
    }  # fmt: skip
    own = [
        {name: value for name, value in row.items() if name not in aside}
        for night in (before, after)
        for row in night.filter(venue="deribit").to_dicts()
    ]
    assert own[0] == own[1]
    assert after.filter(venue="deribit")["change_24h_base"].to_list() == [0]
    withheld = after.filter(venue="ALL").to_dicts()[0]
    assert withheld["published"] is False
    assert "okx missing" in withheld["withheld_reason"]
    told = {name for name, value in withheld.items() if value is not None}
    assert told == {
        "snapshot_at", "asset", "venue", "expiry", "days_to_expiry", "price", "published",
        "withheld_reason", "flip_reason", "smile_reason", "is_simulated",
    }  # fmt: skip
    ladder = warehouse.execute(
        "select distinct snapshot_at from marts.options_by_strike where venue = 'ALL'"
    ).fetchall()
    assert ladder == [(NIGHT,)]


def test_what_was_listed_since_counts_from_nothing_and_the_unknown_not_at_all(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    first = Told(NIGHT, 60e3, "call", 10.0, EXPIRY)
    hidden = Told(NIGHT + DAY, 70e3, "call", 5.0, EXPIRY)  # listed with the first, told a day later
    new = Told(NIGHT + DAY, 80e3, "call", 3.0, EXPIRY)
    later = Told(NIGHT + DAY, 60e3, "call", 12.0, EXPIRY)
    facts = [first, hidden, new, later]
    insert(warehouse, "core.open_interest", [one.fact() for one in facts])
    insert(
        warehouse,
        "core.instruments",
        [first.listing(NIGHT), hidden.listing(NIGHT), new.listing(NIGHT + DAY)],
    )
    build_marts(warehouse, BuildWindow(NIGHT, NIGHT + DAY), RULES, marts=(*TOTALS, *OPTIONS))
    ladder = warehouse.execute(
        "select strike, call_change_24h, put_change_24h, call_change_7d"
        " from marts.options_by_strike where venue = 'deribit' and snapshot_at = $at order by all",
        {"at": NIGHT + DAY},
    ).fetchall()
    assert ladder == [(60e3, 2, None, None), (70e3, None, None, None), (80e3, 3, None, None)]
    row = only(warehouse, "from options('BTC') where venue = 'deribit'")
    assert row["change_24h_base"] == 5


def test_built_in_parts_is_built_alike(warehouse: duckdb.DuckDBPyConnection) -> None:
    nights = [NIGHT + place * DAY for place in range(9)]
    options = [
        Told(at, strike, side, 10.0 + place * (strike / 10e3), EXPIRY, quote={
            "mark_iv": 0.5 + strike / 1e6, "underlying_price": 60e3, "underlying_kind": "forward",
        })
        for place, at in enumerate(nights)
        for strike in (50e3, 60e3, 70e3)
        for side in ("call", "put")
    ]  # fmt: skip
    build_options(warehouse, options)
    whole = {table: warehouse.table(table).pl() for table in OPTIONS}
    assert whole["marts.options_by_asset"]["change_7d_base"].drop_nulls().len() == 4
    for at in nights:
        build_marts(warehouse, BuildWindow(at, at), RULES, marts=OPTIONS)
    for table, rows in whole.items():
        assert warehouse.table(table).order("all").pl().equals(rows.sort(pl_key(table)))


def pl_key(table: str) -> list[str]:
    return list(TABLES[table].to_schema().columns)


def held(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    return {table: connection.table(table).order("all").pl() for table in OPTIONS}


def test_what_comes_late_leaves_what_a_full_build_makes(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    nights = [NIGHT + place * DAY for place in range(12)]
    quote = {"mark_iv": 0.5, "underlying_price": 60e3, "underlying_kind": "forward"}
    options = [
        Told(at, strike, side, 10.0 + place, EXPIRY, quote=quote)
        for place, at in enumerate(nights)
        for strike in (50e3, 60e3, 70e3)
        for side in ("call", "put")
    ]
    tell(warehouse, options)
    build_stale(warehouse, Settings(), nights[-1], full=True)
    before = held(warehouse)
    late = nights[2]
    warehouse.execute(
        "update core.open_interest set oi_base = 2 * oi_base, oi_usd = 2 * oi_usd"
        " where snapshot_at = $at",
        {"at": late},
    )
    note_stale(warehouse, "core.open_interest", late, late)
    build_stale(warehouse, Settings(), nights[-1])
    corrected = held(warehouse)
    bars = [
        {
            "bar_at": NIGHT - (place + 1) * DAY, "interval": "1d", "venue": "okx",
            "symbol": "BTC/USDT:USDT", "asset": "BTC", "open": price, "high": price, "low": price,
            "close": price, "volume_base": 1.0, "volume_usd": price,
        }
        for place, price in enumerate([60e3, 61e3] * 15)
    ]  # fmt: skip
    load_bars(warehouse, pl.DataFrame(bars))
    build_stale(warehouse, Settings(), nights[-1])
    after = held(warehouse)
    build_stale(warehouse, Settings(), nights[-1], full=True)
    for table, rows in held(warehouse).items():
        assert after[table].equals(rows), table
    of_asset = "marts.options_by_asset"
    changes = [each[of_asset]["change_7d_base"].to_list() for each in (before, corrected)]
    assert changes[0] != changes[1]
    assert corrected[of_asset]["realised_days"].max() == 0
    assert after[of_asset]["realised_days"].max() == 29


def test_what_was_stored_before_an_option_was_listed_follows_its_listing(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    known = Told(NIGHT, 60e3, "call", 10.0, EXPIRY)
    symbol = "BTC/USD:BTC-260424-70000-C"
    tell(warehouse, [known])
    early = Told(NIGHT, 70e3, "call", 3.0, EXPIRY, row={"symbol": symbol})
    insert(warehouse, "core.open_interest", [early.fact()])
    build_stale(warehouse, Settings(), NIGHT, full=True)
    at_noon = {**early.listing(NIGHT), "symbol": symbol, "expiry": EXPIRY.replace(hour=12)}
    stored = warehouse.execute("from core.instruments").pl().drop("valid_from", "valid_to")
    listed = pl.DataFrame([at_noon]).select(pl.all().exclude("valid_from"))
    rows = pl.concat([stored, listed], how="diagonal_relaxed").select(stored.columns)
    load_instruments(warehouse, rows.cast(dict(stored.schema)), listed_at=NIGHT + DAY)
    build_stale(warehouse, Settings(), NIGHT)
    query = "select expiry from marts.option_chain where strike = 70000"
    assert only(warehouse, query)["expiry"] == EXPIRY.replace(hour=12)
    late = held(warehouse)
    build_stale(warehouse, Settings(), NIGHT, full=True)
    for table, whole in held(warehouse).items():
        assert late[table].equals(whole), table
