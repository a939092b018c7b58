"""Accounts of the simulated market: they are its open interest, and they come and go as stated."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from oirisk.sandbox.accounts import addresses, positions
from oirisk.sandbox.assets import coins
from oirisk.sandbox.market import SimulatedMarket
from oirisk.sandbox.paths import Grid, coin_paths
from oirisk.sandbox.registry import select_simulated
from oirisk.sandbox.world.accounts import Exchange, Habits, Tape
from oirisk.sandbox.world.contract import MAIN_COINS, with_accounts
from oirisk.sandbox.world.mixes import HOLDINGS, MIXES
from oirisk.sandbox.world.prices import price_path
from oirisk.schemas.errors import ConfigurationError

END = datetime(2026, 11, 21, 0, 5, tzinfo=UTC)
HOUR, STEP = timedelta(hours=1), timedelta(minutes=5)
VENUES = ("bybit", "hyperliquid")
BYBIT, BTC = "bybit", "BTC/USDT:USDT"


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return SimulatedMarket(
        11, end=END, days=3, venues=select_simulated((*VENUES, "okx")), leverage="heavy"
    )


def by_side(positions: pl.DataFrame) -> dict[str, float]:
    return dict(positions.group_by("side").agg(pl.col("base").sum()).iter_rows())


@pytest.mark.parametrize("before", [timedelta(0), HOUR, 7 * STEP, timedelta(hours=50, seconds=17)])
def test_longs_and_shorts_each_add_up_to_what_is_published(
    market: SimulatedMarket, before: timedelta
) -> None:
    at = END - before
    told = {(row["venue"], row["symbol"]): row["oi_base"] for row in market.truth(at).to_dicts()}
    chosen = with_accounts(market.instruments(), VENUES)
    assert {(it.venue, it.asset) for it in chosen} == {(v, a) for v in VENUES for a in MAIN_COINS}
    for it in chosen:
        sums = by_side(market.true_positions(it.venue, it.symbol, at))
        assert sums["long"] == pytest.approx(sums["short"], rel=1e-9)
        half_a_step = float(it.size_step * it.oi_unit) / 2
        assert sums["long"] == pytest.approx(told[it.venue, it.symbol], abs=half_a_step * 1.001)


def test_history_and_positions_agree_at_every_hour(market: SimulatedMarket) -> None:
    history = market.history(market.since, END, HOUR).filter(venue=BYBIT, symbol=BTC)
    rows = history.select("snapshot_at", "oi_base").rows()
    assert len(rows) == 73
    for at, oi in rows:
        sums = by_side(market.true_positions(BYBIT, BTC, at))
        assert sums["long"] == pytest.approx(oi, abs=0.000501)  # printed in thousandths
        assert sums["short"] == pytest.approx(oi, abs=0.000501)


def test_what_price_crosses_is_gone_and_what_it_does_not_cross_is_not_liquidated(
    market: SimulatedMarket,
) -> None:
    bars = market.bars(market.since, END, HOUR).filter(venue=BYBIT, symbol=BTC).sort("bar_at")
    before = market.true_positions(BYBIT, BTC, market.since)
    crossed = 0
    for bar in bars.to_dicts():
        after = market.true_positions(BYBIT, BTC, bar["bar_at"] + HOUR)
        # prices are printed in tenths
        hit = before.filter(
            pl.col("liquidation_price").is_between(bar["low"] + 0.1, bar["high"] - 0.1)
        )
        crossed += hit.height
        assert hit.join(after, on="position").is_empty()
        kept = before.join(after, on="position", suffix="_after")
        for name in ("side", "entry_price", "leverage", "liquidation_price"):
            assert kept[name].equals(kept[f"{name}_after"], check_names=False)
        assert (kept["base_after"] <= kept["base"]).all()
        before = after
    assert crossed > 50
    mark = market.truth(END).filter(venue=BYBIT, symbol=BTC)["mark_price"].item()
    assert before.filter(side="long")["liquidation_price"].max() < mark
    assert before.filter(side="short")["liquidation_price"].min() > mark


def test_liquidation_prices_follow_the_tiers_of_the_exchange(market: SimulatedMarket) -> None:
    """Half a percent to 2 million USD; from there on one percent less 10,000 USD."""
    whole = 0
    for row in market.true_positions(BYBIT, BTC, END).to_dicts():
        sign = 1 if row["side"] == "long" else -1
        left, level = row["entry_price"] * (1 - sign / row["leverage"]), row["liquidation_price"]
        if level == pytest.approx(left / (1 - sign * 0.005), rel=1e-12):
            assert row["base"] * row["entry_price"] <= 2e6
            continue
        opened = 10_000 / (sign * (left - level * (1 - sign * 0.01)))  # one may have closed in part
        assert opened * row["entry_price"] > 2e6
        assert row["base"] <= opened * (1 + 1e-6)
        whole += row["base"] == pytest.approx(opened, rel=1e-6)
    assert whole > 100


def test_an_account_with_an_address_holds_positions_of_the_same_book(
    market: SimulatedMarket,
) -> None:
    book = market.book("hyperliquid", END)
    total = 0
    for account in addresses():
        held = positions(account, book)
        assert len({one.quote.instrument.asset for one in held}) == len(held)
        for one in held:
            total += 1
            true = market.true_positions("hyperliquid", one.quote.instrument.symbol, END).filter(
                (pl.col("liquidation_price") == float(one.liquidation))
                & (pl.col("side") == ("long" if one.size > 0 else "short"))
                & (pl.col("leverage") == one.leverage)
            )
            step = float(one.quote.instrument.size_step)
            off = np.abs(true["base"].to_numpy() - abs(float(one.size)))
            assert off.min() <= step / 2 * 1.001
            assert one.leverage <= one.quote.instrument.max_leverage
    assert total > 24
    assert positions("0x" + "0" * 40, book) == []


def test_an_account_keeps_what_it_holds_until_it_is_closed(market: SimulatedMarket) -> None:
    books = [market.book("hyperliquid", END - number * HOUR) for number in range(24)]
    kept = 0
    for later, earlier in pairwise(books):
        for asset in MAIN_COINS:
            levels = [
                market.true_positions("hyperliquid", f"{asset}/USDC:USDC", book.at)[
                    "liquidation_price"
                ]
                for book in (earlier, later)
            ]
            # two of one entry and leverage have one level: they cannot be told apart here
            single = set(levels[0].filter(levels[0].is_unique()))
            for account in addresses():
                before, after = (
                    {float(one.liquidation) for one in positions(account, book)
                     if one.quote.instrument.asset == asset}
                    for book in (earlier, later)
                )  # fmt: skip
                for level in before & single:
                    assert (level in after) == (level in set(levels[1]))
                    kept += level in after
    assert kept > 200


def test_candles_of_five_minutes_add_up_to_those_of_the_hour(market: SimulatedMarket) -> None:
    for row in market.bars(END - 3 * HOUR, END, HOUR).filter(venue=BYBIT, asset="ETH").to_dicts():
        it = next(one for one in market.instruments() if one.symbol == row["symbol"])
        parts = []
        for number in range(12):
            since = row["bar_at"] + number * STEP
            part = market.bar_of_one(BYBIT, it.native, since, since + STEP)
            assert part is not None
            parts.append(part)
        tick = float(it.price_step)
        assert float(max(part.high for part in parts)) == pytest.approx(row["high"], abs=tick)
        assert float(min(part.low for part in parts)) == pytest.approx(row["low"], abs=tick)
        steps = 12 * float(it.size_step * it.oi_unit if it.margin == "linear" else 1)
        assert float(sum(part.usd for part in parts)) == pytest.approx(row["volume_usd"], abs=steps)
        if it.margin == "linear":
            base = float(sum(part.base for part in parts))
            assert base == pytest.approx(row["volume_base"], abs=steps)
    assert market.bar_of_one(BYBIT, "NOTHING", END - STEP, END) is None


def traded(churn: float) -> Tape:
    path = price_path("range", 600, 0.03, 100.0, np.random.default_rng(4))
    habits = Habits(MIXES["rounded"], HOLDINGS["short"], churn=churn)
    return Exchange(habits, np.random.default_rng(5)).run(path)


def test_market_makers_make_volume_and_no_open_interest() -> None:
    quiet, busy = traded(0.0), traded(6.0)
    assert quiet.oi.tolist() == busy.oi.tolist()
    assert quiet.forced_long.tolist() == busy.forced_long.tolist()
    assert busy.volume.sum() == pytest.approx(7 * quiet.volume.sum(), rel=0.15)
    assert (busy.volume > quiet.volume).all()
    # every change of open interest is traded, without market makers, too
    assert (np.abs(np.diff(quiet.oi)) <= quiet.volume[1:] * (1 + 1e-9)).all()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_ledger_is_the_open_interest_of_every_bar(seed: int) -> None:
    path = price_path("crash", 800, 0.05, 20.0, np.random.default_rng(seed))
    before = price_path("range", 300, 0.05, float(path.open[0]), np.random.default_rng(seed + 10))
    habits = Habits(MIXES["retail"], HOLDINGS["mixed_by_leverage"])
    exchange = Exchange(habits, np.random.default_rng(seed))
    inherited = exchange.inherit(before)
    tape = exchange.run(path)
    ledger, book = exchange.ledger(), exchange.book()
    for side in (1, -1):
        mine = ledger.side == side
        assert ledger.held(-1)[mine].sum() == pytest.approx(inherited, rel=1e-9)
        held = [ledger.held(bar)[mine].sum() for bar in range(0, 800, 7)]
        assert held == pytest.approx(tape.oi[::7].tolist(), rel=1e-9)
    last = ledger.held(799)
    assert np.sort(last[last > 0]) == pytest.approx(np.sort(book.base), rel=1e-12)
    assert tape.forced_long.sum() > 0
    for bar in range(0, 800, 7):  # whoever stands at the end of a bar was not crossed in it
        standing = (ledger.held(bar) > 0) & (ledger.opened < bar)
        levels, sides = ledger.liquidation_price[standing], ledger.side[standing]
        assert (levels[sides > 0] < path.low[bar]).all()
        assert (levels[sides < 0] > path.high[bar]).all()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_regimes_do_what_they_are_called(seed: int) -> None:
    grid = Grid.ending(END, 20)
    logs = {
        regime: np.log(coin_paths(coins(), grid, seed, regime).price[0, : grid.end + 1])
        for regime in ("trend", "range", "crash")
    }
    eight_hours = {regime: np.min(log[8:] - log[:-8]) for regime, log in logs.items()}
    # a crash is a fall by four to eight daily deviations, of 3 % each
    assert eight_hours["crash"] < -0.09 < min(eight_hours["trend"], eight_hours["range"])
    # what is pulled back ends nearer to where it began than what drifts
    assert abs(logs["range"][-1] - logs["range"][0]) < abs(logs["trend"][-1] - logs["trend"][0])


def test_leverage_is_light_mixed_or_heavy() -> None:
    light, mixed, heavy = (
        SimulatedMarket(5, end=END, days=1, venues=select_simulated((BYBIT,)), leverage=name)
        .true_positions(BYBIT, BTC, END)["leverage"]
        .to_numpy()
        .mean()
        for name in ("light", "mixed", "heavy")
    )
    assert light < 3.5 < mixed < 7 < heavy


def test_what_is_not_simulated_is_refused(market: SimulatedMarket) -> None:
    with pytest.raises(ConfigurationError, match="regime 'boom': choose from mixed, trend"):
        SimulatedMarket(end=END, regime="boom")
    with pytest.raises(ConfigurationError, match="leverage 'none': choose from light"):
        SimulatedMarket(end=END, leverage="none")
    with pytest.raises(ConfigurationError, match="BTC/USD:BTC on bybit is not made of accounts"):
        market.true_positions(BYBIT, "BTC/USD:BTC", END)
    with pytest.raises(ConfigurationError, match="BTC/USDT:USDT on okx is not made of accounts"):
        market.true_positions("okx", BTC, END)
    with pytest.raises(ConfigurationError, match="no contract on KAVA is made of accounts"):
        market.true_liquidation_map("KAVA", END)
