"""Random paths behind the simulated market: prices, open interest, volume, basis and funding.

Everything is on a grid of whole hours before and after the end of the window. Each exchange
draws from a stream of its own, so adding one leaves the others as they were.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import SimulatedInstrument
from oirisk.sandbox.world.prices import price_path

Floats = npt.NDArray[np.float64]

HOUR = timedelta(hours=1)
WARM_UP_HOURS = 25
TAIL_HOURS = 24
EARLIER_HOURS = 480
MIXED = "mixed"
_BARS_AN_HOUR = 12
_DAILY_VOLATILITY = 0.03
_HOURLY_VOLATILITY = 0.0045
_CRASH_AT = 0.68
_END_SPREAD = 0.012
_CRASH_RETURNS = (-0.034, -0.051, -0.022, 0.017, 0.009)
_TRENDS = ((0.0, 0.33, 0.09), (0.33, 0.68, 0.03), (0.69, 0.85, -0.05), (0.85, 1.01, 0.06))


@dataclass(frozen=True)
class Grid:
    """The hours of the simulated window.

    Args:
        start: First instant.
        hours: Number of instants, an hour apart.
        end: Index of the end of the window; what follows it is the tail.
    """

    start: datetime
    hours: int
    end: int

    @classmethod
    def ending(cls, end: datetime, days: int) -> "Grid":
        """Lay the grid so that ``end`` is on it."""
        before = days * 24 + WARM_UP_HOURS
        return cls(end - before * HOUR, before + TAIL_HOURS + 1, before)

    def positions(self, instants: Sequence[datetime]) -> Floats:
        """Return instants as hours since the start."""
        return np.array([(instant - self.start) / HOUR for instant in instants], dtype=np.float64)


@dataclass(frozen=True)
class CoinPaths:
    """Per coin (rows) and hour (columns).

    Args:
        price: USD per coin.
        before: USD per coin in the days up to the first hour; shape (coins, hours of those days).
        wick_up: How far the hour's high is above its open and close, as a share.
        wick_down: How far its low is below them.
        log_oi: Log of open interest against its level at the end.
    """

    price: Floats
    before: Floats
    wick_up: Floats
    wick_down: Floats
    log_oi: Floats


@dataclass(frozen=True)
class ContractPaths:
    """Per instrument (rows) and hour (columns).

    Args:
        basis: Mark price against the index, as a share.
        gap: Last price against the mark, as a share.
        oi: Open interest in coins.
        volume: Coins traded since the start of the grid.
        turnover: USD traded since the start of the grid.
        funding: Funding rate over eight hours.
    """

    basis: Floats
    gap: Floats
    oi: Floats
    volume: Floats
    turnover: Floats
    funding: Floats

    @classmethod
    def stack(cls, parts: Sequence["ContractPaths"]) -> "ContractPaths":
        """Put the rows of several exchanges below one another."""
        return cls(
            *(
                np.concatenate([getattr(part, name) for part in parts])
                for name in ("basis", "gap", "oi", "volume", "turnover", "funding")
            )
        )


def coin_paths(coins: Sequence[Coin], grid: Grid, seed: int, regime: str = MIXED) -> CoinPaths:
    """Draw the paths of all coins: BTC, what each follows of it, and a share of its own.

    Args:
        coins: The coins.
        grid: The hours.
        seed: Seed of the market.
        regime: ``mixed`` (trends and one sharp drop), or one of ``trend``, ``range``, ``crash``.
    """
    rng = np.random.default_rng([seed, 1])
    market = _market_returns(rng, grid)
    drop = _deleveraging(grid)
    if regime != MIXED:
        market, drop = _returns_of(regime, grid, seed), np.zeros(grid.hours)
    betas = np.array([coin.beta for coin in coins])
    own = np.array([coin.volatility for coin in coins])
    shape = (len(coins), grid.hours)
    returns = betas[:, None] * market + own[:, None] * rng.standard_normal(shape)
    logs = np.cumsum(returns, axis=1)
    level = np.log([coin.price for coin in coins]) + rng.normal(0.0, _END_SPREAD, len(coins))
    price = np.exp(level[:, None] + logs - logs[:, [grid.end]])
    spread = 0.25 * (np.abs(market) + 0.004) * betas[:, None]
    walk = _walk(rng, len(coins), grid.hours, 0.0022)
    depth = rng.uniform(0.08, 0.22, size=(len(coins), 1))
    log_oi = walk + depth * drop
    return CoinPaths(
        price=price,
        before=price[:, :1] * _earlier(betas, own, seed),
        wick_up=spread * rng.exponential(1.0, shape),
        wick_down=spread * rng.exponential(1.0, shape),
        log_oi=log_oi - log_oi[:, [grid.end]],
    )


def contract_paths(
    contracts: Sequence[SimulatedInstrument],
    levels: Floats,
    followed: tuple[CoinPaths, npt.NDArray[np.intp]],
    grid: Grid,
    seed: int,
) -> ContractPaths:
    """Draw the paths of one exchange's contracts.

    Args:
        contracts: Contracts of one exchange.
        levels: Their open interest in coins at the end.
        followed: The coins' paths, and the coin's row of each contract.
        grid: The hours.
        seed: Seed of the market; the exchange's name is mixed in.
    """
    coins, rows = followed
    rng = np.random.default_rng([seed, 2, zlib.crc32(contracts[0].venue.encode())])
    shape = (len(contracts), grid.hours)
    walk = _walk(rng, len(contracts), grid.hours, 0.0028)
    log_oi = coins.log_oi[rows] + walk - walk[:, [grid.end]]
    oi = levels[:, None] * np.exp(log_oi)
    price = coins.price[rows]
    moves = np.abs(np.diff(np.log(price), axis=1))
    pace = rng.uniform(0.025, 0.11, size=(len(contracts), 1))
    season = 1.0 + 0.45 * np.sin(2 * np.pi * (np.arange(grid.hours - 1) % 24) / 24)
    turn = pace * season * rng.lognormal(0.0, 0.3, (shape[0], shape[1] - 1)) * (1 + 60 * moves)
    traded = np.maximum(turn, 0.012) * oi[:, :-1] + 1.05 * np.abs(np.diff(oi, axis=1))
    basis = _basis(rng, contracts, grid)
    middle = np.sqrt(price[:, :-1] * price[:, 1:]) * (1 + basis[:, :-1])
    return ContractPaths(
        basis=basis,
        gap=rng.normal(0.0, 0.0002, shape),
        oi=oi,
        volume=running(traded),
        turnover=running(traded * middle),
        funding=_funding(rng, price),
    )


def _market_returns(rng: np.random.Generator, grid: Grid) -> Floats:
    """Hourly log returns of BTC: clustered volatility, slow trends, one sharp drop."""
    logs = _walk(rng, 1, grid.hours, 0.05)[0]
    returns: Floats = 0.0042 * np.exp(logs) * rng.standard_normal(grid.hours)
    share = np.arange(grid.hours) / grid.end
    for first, last, total in _TRENDS:
        inside = (share >= first) & (share < last)
        returns[inside] += total / max(int(inside.sum()), 1)
    crash = int(_CRASH_AT * grid.end)
    returns[crash : crash + len(_CRASH_RETURNS)] = _CRASH_RETURNS
    return returns


def _returns_of(regime: str, grid: Grid, seed: int) -> Floats:
    """Return hourly log returns of BTC in a regime that lasts all the time."""
    random = np.random.default_rng([seed, 4])
    bars = (grid.end + 1) * _BARS_AN_HOUR
    path = price_path(regime, bars, _DAILY_VOLATILITY, 1.0, random)
    logs = np.log(path.close[_BARS_AN_HOUR - 1 :: _BARS_AN_HOUR])
    tail = _HOURLY_VOLATILITY * random.standard_normal(grid.hours - logs.size)
    return np.concatenate([np.diff(logs, prepend=0.0), tail])


def _earlier(betas: Floats, own: Floats, seed: int) -> Floats:
    """Return prices of the days up to the first hour, as parts of its price."""
    rng = np.random.default_rng([seed, 5])
    market = _HOURLY_VOLATILITY * rng.standard_normal(EARLIER_HOURS)
    returns = betas[:, None] * market
    returns = returns + own[:, None] * rng.standard_normal((betas.size, EARLIER_HOURS))
    logs = np.cumsum(returns, axis=1)
    parts: Floats = np.exp(logs - logs[:, -1:])
    return parts


def _deleveraging(grid: Grid) -> Floats:
    """Log open interest around the sharp drop, per unit of depth: down at once, half comes back."""
    hours = np.arange(grid.hours) - int(_CRASH_AT * grid.end)
    after = -1.0 + 0.5 * (1 - np.exp(-np.maximum(hours, 0) / 160.0))
    return np.where(hours < 0, 0.0, np.maximum(after, -(hours + 1) / len(_CRASH_RETURNS)))


def _walk(rng: np.random.Generator, rows: int, hours: int, deviation: float) -> Floats:
    """Random walks whose changes carry on (0.6 an hour) and that slowly come back."""
    noise = deviation * rng.standard_normal((rows, hours))
    walk = np.empty((rows, hours))
    change, level = np.zeros(rows), np.zeros(rows)
    for hour in range(hours):
        change = 0.6 * change + noise[:, hour]
        level = 0.985 * level + change
        walk[:, hour] = level
    return walk


def _basis(
    rng: np.random.Generator, contracts: Sequence[SimulatedInstrument], grid: Grid
) -> Floats:
    noise = 0.0004 * np.tanh(_walk(rng, len(contracts), grid.hours, 0.2))
    now = np.arange(grid.hours)
    for row, contract in enumerate(contracts):
        if contract.expiry is not None:
            left = (contract.expiry - grid.start) / HOUR - now
            yearly = 0.0 if contract.is_at_index else 0.06
            noise[row] = yearly * np.maximum(left, 0.0) / (365 * 24)
    return noise


def _funding(rng: np.random.Generator, price: Floats) -> Floats:
    """Eight-hour funding: 0.01 % at rest, more after a rise, less or negative after a fall."""
    logs = np.log(price)
    day = np.zeros_like(logs)
    day[:, 24:] = logs[:, 24:] - logs[:, :-24]
    tilt = np.tanh(12 * day) + 0.5 * np.tanh(_walk(rng, price.shape[0], price.shape[1], 0.15))
    rates: Floats = np.clip(1e-4 * (1 + 2.2 * tilt), -0.0075, 0.0075)
    return rates


def running(flow: Floats) -> Floats:
    """Return what has flowed since the start, before and after each step of the last axis."""
    total = np.zeros((*flow.shape[:-1], flow.shape[-1] + 1))
    np.cumsum(flow, axis=-1, out=total[..., 1:])
    return total
