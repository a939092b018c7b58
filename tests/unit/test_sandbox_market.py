"""The simulated market: repeatable, plausible, continuous, and consistent with itself."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from oirisk.sandbox.instruments import calendar
from oirisk.sandbox.market import SimulatedMarket
from oirisk.schemas.errors import ConfigurationError

END = datetime(2026, 11, 21, 0, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
KEY = ["venue", "symbol"]


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return SimulatedMarket(seed=7, end=END, days=30)


@pytest.fixture(scope="module")
def history(market: SimulatedMarket) -> pl.DataFrame:
    return market.history(market.since, END, HOUR)


def test_the_same_seed_gives_the_same_market() -> None:
    first, second = (SimulatedMarket(seed=3, end=END, days=1) for _ in range(2))
    assert first.truth(END).equals(second.truth(END))
    assert first.history(first.since, END, HOUR).equals(second.history(first.since, END, HOUR))


def test_another_seed_gives_another_market() -> None:
    first, second = (SimulatedMarket(seed=seed, end=END, days=1) for seed in (3, 4))
    assert first.instruments() == second.instruments()
    joined = first.truth(END).join(second.truth(END), on=KEY)
    assert (joined["volume_24h_usd"] == joined["volume_24h_usd_right"]).mean() < 0.01
    assert (joined["mark_price"] == joined["mark_price_right"]).mean() < 0.05


def test_an_exchange_more_leaves_the_prices_of_the_others_as_they_were(
    market: SimulatedMarket,
) -> None:
    fewer = SimulatedMarket(seed=7, end=END, days=30, venues=market.venues[:2])
    joined = fewer.truth(END).join(market.truth(END), on=KEY)
    assert joined.height == len(fewer.instruments())
    assert joined["mark_price"].equals(joined["mark_price_right"], check_names=False)


def test_every_exchange_lists_at_least_200_contracts_with_names_of_their_own(
    market: SimulatedMarket,
) -> None:
    truth = market.truth(END)
    assert truth.height >= 1200
    assert truth.group_by("venue").len()["len"].min() >= 200
    assert truth.n_unique(["venue", "market_id"]) == truth.height
    assert truth.n_unique(KEY) == truth.height


def test_one_coin_has_one_name_and_one_price_whatever_it_is_listed_as(
    market: SimulatedMarket,
) -> None:
    pepe = market.truth(END).filter(asset="PEPE", kind="perp")
    assert set(pepe["market_id"]) >= {"1000PEPEUSDT", "PEPE-USDT-SWAP", "PEPE_USDT", "PEPEUSDTM"}
    assert "KPEPE/USDC:USDC" in set(pepe["symbol"])
    assert pepe["mark_price"].max() / pepe["mark_price"].min() < 1.005
    xbt = market.truth(END).filter(market_id="XBTUSDTM")
    assert (xbt["asset"].item(), xbt["symbol"].item()) == ("BTC", "BTC/USDT:USDT")


def test_bitcoin_is_the_largest_and_of_a_plausible_size(market: SimulatedMarket) -> None:
    futures = market.truth(END).filter(pl.col("kind") != "option")
    totals = futures.group_by("asset").agg(pl.col("oi_usd").sum()).sort("oi_usd")
    assert totals["asset"][-1] == "BTC"
    assert 25e9 < totals["oi_usd"][-1] < 40e9
    assert totals["oi_usd"].min() > 1e6


def test_value_is_amount_times_price_for_every_contract(market: SimulatedMarket) -> None:
    truth = market.truth(END)
    gap = (truth["oi_base"] * truth["mark_price"] / truth["oi_usd"] - 1).abs()
    assert gap.max() < 1e-12


def test_history_ends_where_the_server_is(history: pl.DataFrame, market: SimulatedMarket) -> None:
    last = history.filter(pl.col("snapshot_at") == END)
    truth = market.truth(END).filter(pl.col("kind") != "option")
    joined = last.join(truth, on=KEY, how="full", suffix="_true", coalesce=True)
    assert joined.height == truth.height == last.height
    for column in ("oi_base", "oi_usd", "mark_price", "volume_24h_usd"):
        gap = (joined[column] / joined[f"{column}_true"] - 1).abs()
        assert gap.max() < 1e-12, column
    assert joined["funding_rate"].equals(joined["funding_rate_true"], check_names=False)


def test_history_agrees_with_the_truth_between_the_hours(market: SimulatedMarket) -> None:
    at = END - timedelta(hours=7, minutes=23)
    row = market.history(at, at, HOUR).join(market.truth(at), on=KEY)
    assert row.height > 1200
    assert (row["oi_usd"] / row["oi_usd_right"] - 1).abs().max() < 1e-12


def test_history_has_one_row_per_instant_and_contract_and_no_hole(history: pl.DataFrame) -> None:
    contracts = history.n_unique(KEY)
    assert history.n_unique("snapshot_at") == 30 * 24 + 1
    assert history.height == contracts * (30 * 24 + 1)
    assert history.schema["snapshot_at"] == pl.Datetime("us", "UTC")
    whole = history.drop("oi_contracts", "funding_rate", "funding_interval_hours")
    assert whole.null_count().sum_horizontal().item() == 0
    amounts = history.select("oi_base", "oi_usd", "mark_price", "volume_24h_usd")
    assert amounts.min().min_horizontal().item() > 0
    assert set(history.filter(pl.col("oi_contracts").is_not_null())["venue"]) == {
        "gate",
        "kucoinfutures",
        "okx",
    }


def test_open_interest_never_changes_by_more_than_was_traded(
    market: SimulatedMarket, history: pl.DataFrame
) -> None:
    bars = market.bars(market.since, END, HOUR)
    after = history.sort("snapshot_at").with_columns(
        (pl.col("oi_base") - pl.col("oi_base").shift().over(KEY)).abs().alias("change"),
        (pl.col("snapshot_at") - HOUR).alias("bar_at"),
    )
    joined = bars.join(after, on=["bar_at", *KEY])
    assert joined.height == bars.height
    assert joined.filter(pl.col("change") > pl.col("volume_base")).is_empty()
    day = history.sort("snapshot_at").with_columns(
        (pl.col("oi_base") - pl.col("oi_base").shift(24).over(KEY)).abs().alias("change")
    )
    assert day.filter(pl.col("change") > pl.col("volume_24h_base")).is_empty()


def test_bars_run_into_one_another_and_hold_their_ends(
    market: SimulatedMarket, history: pl.DataFrame
) -> None:
    bars = market.bars(market.since, END, HOUR).sort("bar_at")
    assert bars["bar_at"].max() == END - HOUR
    assert set(bars["interval"]) == {"1h"}
    following = pl.col("open").shift(-1).over(KEY)
    assert bars.filter(following.is_not_null() & (following != pl.col("close"))).is_empty()
    outside = (pl.col("high") < pl.max_horizontal("open", "close")) | (
        pl.col("low") > pl.min_horizontal("open", "close")
    )
    assert bars.filter(outside).is_empty()
    opens = bars.join(history, left_on=["bar_at", *KEY], right_on=["snapshot_at", *KEY])
    assert opens.height == bars.height
    assert opens["open"].equals(opens["mark_price"], check_names=False)


def test_longer_bars_are_the_shorter_ones_put_together(market: SimulatedMarket) -> None:
    since = END - timedelta(days=2)
    hourly = market.bars(since, END, HOUR).filter(venue="okx").sort("bar_at")
    daily = market.bars(since, END, timedelta(days=1)).filter(venue="okx")
    built = hourly.group_by_dynamic("bar_at", every="1d", offset="5m", group_by="symbol").agg(
        pl.col("high").max(), pl.col("low").min(), pl.col("volume_base").sum()
    )
    joined = daily.join(built, on=["bar_at", "symbol"])
    assert joined.height == daily.height
    assert set(daily["interval"]) == {"1d"}
    for column in ("high", "low", "volume_base"):
        assert (joined[column] / joined[f"{column}_right"] - 1).abs().max() < 1e-9, column


def test_coins_move_with_bitcoin_and_there_is_one_sharp_drop(history: pl.DataFrame) -> None:
    okx = history.filter(venue="okx", kind="perp", margin="linear").sort("snapshot_at")
    wide = okx.pivot(on="asset", index="snapshot_at", values="mark_price").drop("snapshot_at")
    moves = wide.select(pl.all().log() - pl.all().log().shift()).drop_nulls()
    assert moves.select(pl.corr("BTC", "ETH")).item() > 0.6
    assert moves.select(pl.corr("BTC", "KAVA")).item() > 0.3
    assert 0.2 < moves["BTC"].std() * (365 * 24) ** 0.5 < 1.2
    three = wide["BTC"] / wide["BTC"].shift(3) - 1
    assert -0.15 < three.min() < -0.07
    place = three.arg_min()
    open_interest = (
        history.filter(asset="BTC").group_by("snapshot_at").agg(pl.col("oi_base").sum())
    ).sort("snapshot_at")["oi_base"]
    assert open_interest[place + 1] / open_interest[place - 4] < 0.97


def test_changes_of_open_interest_carry_on(history: pl.DataFrame) -> None:
    total = history.filter(asset="ETH").group_by("snapshot_at").agg(pl.col("oi_base").sum())
    change = total.sort("snapshot_at")["oi_base"].log().diff().drop_nulls()
    lagged = pl.DataFrame({"now": change[1:], "before": change[:-1]})
    assert lagged.select(pl.corr("now", "before")).item() > 0.3


def test_thirty_days_of_hours_are_read_from_what_is_drawn(
    market: SimulatedMarket, history: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("oirisk.sandbox.market.contract_paths")
    assert history.height > 1200 * 30 * 24
    assert market.history(market.since, END, HOUR).equals(history)


@pytest.mark.parametrize("at", [END - timedelta(days=31), END + timedelta(hours=25)])
def test_an_instant_outside_the_window_is_refused(market: SimulatedMarket, at: datetime) -> None:
    with pytest.raises(ConfigurationError, match="the simulated market has no"):
        market.truth(at)


def test_the_market_goes_on_for_a_day_after_its_end(market: SimulatedMarket) -> None:
    assert market.truth(END + timedelta(hours=24)).height == len(market.instruments())


def test_impossible_arguments_are_refused(market: SimulatedMarket) -> None:
    with pytest.raises(ConfigurationError, match="time zone"):
        SimulatedMarket(end=END.replace(tzinfo=None))
    with pytest.raises(ConfigurationError, match="at least one"):
        SimulatedMarket(end=END, days=0)
    with pytest.raises(ConfigurationError, match="positive step"):
        market.history(END, END, timedelta(0))
    with pytest.raises(ConfigurationError, match="whole hours"):
        market.bars(END - HOUR, END, timedelta(minutes=5))


def test_delivery_dates_are_fridays_at_eight_that_are_still_ahead() -> None:
    # 2026-11-27 is a Friday and the last one of November; 2026-12-25 ends December's quarter.
    found = calendar(datetime(2026, 11, 27, 7, 59, tzinfo=UTC))
    assert [f"{day:%m-%d %H}" for day in found.weeklies] == ["11-27 08", "12-04 08"]
    assert [f"{day:%m-%d}" for day in found.months] == ["11-27", "12-25"]
    assert [f"{day:%Y-%m-%d}" for day in found.quarters] == [
        "2026-12-25",
        "2027-03-26",
        "2027-06-25",
        "2027-09-24",
    ]
    assert calendar(datetime(2026, 11, 27, 8, tzinfo=UTC)).weeklies[0].day == 4
