"""Observed positions as evidence for the leverage mix: who counts, and what is left tells."""

from datetime import UTC, datetime, timedelta

import duckdb
import numpy as np
import polars as pl
import pytest

from oirisk.transforms.models.crossings import LONG, SHORT, SIDES, Book, Observed
from oirisk.transforms.models.leverage import BOUNDS, NODE_HIGH, NODE_LOW, NODE_MIDDLE
from oirisk.transforms.models.leverage_fit import fit_mix, median_leverage
from oirisk.transforms.models.leverage_observed import LEAST_ACCOUNTS, MOST_WORTH, survivors
from oirisk.warehouse.migrate import migrate
from tests.models import build_step

NIGHT = datetime(2026, 3, 1, tzinfo=UTC)


def positions(accounts: int, leverage: float = 10.0, usd: float = 1e6) -> pl.DataFrame:
    """Longs of one size and leverage, one an account; maintenance is half a percent."""
    level = 100 * (1 - 1 / leverage) / (1 - 0.005)
    return pl.DataFrame(
        {"asset": "BTC", "account": [f"a{n}" for n in range(accounts)], "side": "long",
         "base": usd / 100, "usd": usd, "entry_price": 100.0, "liquidation_price": level,
         "maintenance_rate": 0.005}
    )  # fmt: skip


def quiet(steps: int = 400) -> Book:
    """A market that never reaches a level."""
    return Book(
        Observed(*(np.full(steps, value) for value in (1000.0, 1000.0, 30.0, 100.0, 100.0))),
        0.05,
        0.005,
    )


def fallen(steps: int = 400) -> Book:
    """A market that has lost a tenth of its price at the end of a quiet time."""
    held, low = np.full(steps, 1000.0), np.full(steps, 100.0)
    low[-1] = 90.0
    return Book(Observed(held, held, np.zeros(steps), low, np.full(steps, 100.0)), 0.05, 0.005)


def test_the_mix_of_many_accounts_of_one_leverage_is_that_leverage() -> None:
    seen = survivors(positions(80))["BTC"]
    place = int(np.flatnonzero(seen.shares)[0])
    assert seen.shares.sum() == pytest.approx(1)
    assert BOUNDS[place] <= 10 < BOUNDS[place + 1]
    assert (seen.accounts, seen.usd, seen.worth) == (80, 80e6, 40.0)
    assert survivors(positions(1000))["BTC"].worth == MOST_WORTH


@pytest.mark.parametrize(
    "few",
    [
        positions(LEAST_ACCOUNTS - 1),
        positions(LEAST_ACCOUNTS, usd=1e5),
        pl.concat([positions(LEAST_ACCOUNTS, usd=1e6),
                   positions(1, usd=1e9).with_columns(account=pl.lit("whale"))]),
    ],
    ids=["few accounts", "little", "one whale"],
)  # fmt: skip
def test_too_few_say_nothing(few: pl.DataFrame) -> None:
    assert survivors(few) == {}


def test_what_price_has_crossed_is_not_left() -> None:
    book = fallen()
    nothing = np.zeros(book.steps)
    left, total = book.survivors(LONG, nothing)
    assert total == pytest.approx(1000)
    # a long at L goes at a fall of 1 - (1 - 1/L) / 0.995: by a tenth from 9.57x on
    assert left[NODE_MIDDLE > 9.6] == pytest.approx(0)
    assert left[NODE_MIDDLE < 9.5] == pytest.approx(1000)
    assert book.survivors(SHORT, nothing)[0].min() == pytest.approx(1000)


def test_the_sides_of_an_inverse_contract_are_exchanged() -> None:
    observed = fallen().observed
    inverse = Book(observed, 0.05, 0.005, is_inverse=True)
    left, _ = inverse.survivors(LONG, np.zeros(observed.volume.size))
    # an inverse long goes at (1 + 0.005) / (1 + 1/L) of its entry: 0.9 from 8.57x on
    assert left[NODE_MIDDLE > 8.6] == pytest.approx(0)
    assert left[NODE_MIDDLE < 8.5] == pytest.approx(1000)


def test_a_market_that_tells_nothing_is_drawn_to_what_was_observed() -> None:
    seen = survivors(positions(1000, leverage=12))["BTC"]
    alone, told = fit_mix([quiet()]), fit_mix([quiet()], seen)
    assert median_leverage(alone.calibrated) < 5
    assert 8 < median_leverage(told.calibrated) < 16
    assert alone.observed_share == 0
    # all survive here: the part is that of 60 observations beside a prior that is worth 30
    assert told.observed_share == pytest.approx(2 / 3)
    for weights in (told.base, told.calibrated):
        assert weights.min() >= 0
        assert weights.sum() == pytest.approx(1)


def test_leverage_that_no_one_could_have_kept_is_not_thought_absent() -> None:
    seen = survivors(positions(1000, leverage=3))["BTC"]
    quiet_fit, fallen_fit = fit_mix([quiet()], seen), fit_mix([fallen()], seen)
    high = NODE_MIDDLE > 9.6
    shares = [float(fit.calibrated[high].sum()) for fit in (quiet_fit, fallen_fit)]
    assert shares[1] > 1.5 * shares[0]


def test_without_observation_every_weight_is_what_it_was() -> None:
    book = fallen()
    before, again = fit_mix([book]), fit_mix([book], None)
    assert before.base.tobytes() == again.base.tobytes()
    assert before.calibrated.tobytes() == again.calibrated.tobytes()
    assert before.base.shape == NODE_LOW.shape == NODE_HIGH.shape
    assert len(SIDES) == 2


@pytest.mark.parametrize(
    ("snapshot_at", "recorded_at", "superseded_at", "counts"),
    [
        (NIGHT - timedelta(days=1), NIGHT, None, True),
        (NIGHT - timedelta(days=6), NIGHT, None, True),
        (NIGHT - timedelta(days=8), NIGHT, None, False),
        (NIGHT, NIGHT, None, False),
        (NIGHT + timedelta(hours=1), NIGHT, None, False),
        (NIGHT - timedelta(days=1), NIGHT + timedelta(hours=2), None, False),
        (NIGHT - timedelta(days=1), NIGHT, NIGHT, False),
        (NIGHT - timedelta(days=1), NIGHT, NIGHT + timedelta(hours=2), True),
    ],
)
def test_only_what_was_observed_and_known_by_then_counts(
    snapshot_at: datetime, recorded_at: datetime, superseded_at: datetime | None, *, counts: bool
) -> None:
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        migrate(connection, NIGHT)
        connection.execute(
            "create temp table int_position_assets as select 'BTC' as asset, 100.0 as mark;"
            "insert into core.instruments by name select 'hyperliquid' as venue, 'B' as symbol,"
            " 'B' as market_id, 'perp' as product, 'BTC' as asset, 1 as base_multiplier,"
            " 'USDC' as quote, 'USDC' as settle, 'perp' as kind, 'linear' as margin,"
            " 1 as contract_size, 'base' as contract_size_unit, 50 as max_leverage,"
            " true as is_active, '2026-01-01'::timestamptz as valid_from"
        )
        connection.execute(
            "insert into core.observed_positions by name select $1 as snapshot_at, $2 as"
            " recorded_at, $3 as superseded_at, 'hyperliquid' as venue, 'ann' as account,"
            " 'B' as symbol, 'BTC' as asset, 'long' as side, 2.0 as base, 90.0 as entry_price,"
            " 5.0 as leverage, 70.0 as liquidation_price, false as is_simulated, 'r' as run_id",
            [snapshot_at, recorded_at, superseded_at],
        )
        values = {
            "until": NIGHT, "known_at": NIGHT + timedelta(hours=1), "calibration_days": 7.0,
        }  # fmt: skip
        build_step(connection, "int_liquidation_observed", values)
        found = connection.execute(
            "select asset, account, usd, maintenance_rate from temp.int_liquidation_observed"
        ).fetchall()
    assert found == ([("BTC", "ann", 200.0, 0.01)] if counts else [])
