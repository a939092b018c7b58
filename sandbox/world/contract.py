"""Perpetuals whose open interest and volume are those of accounts.

An account trades in bars of an hour, on the mark prices that its exchange publishes. All other
contracts, inverse ones among them, keep the paths drawn for them.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from oirisk.sandbox.instruments import SimulatedInstrument
from oirisk.sandbox.paths import CoinPaths, ContractPaths, Floats, running
from oirisk.sandbox.world.accounts import Exchange, Habits, Tiers
from oirisk.sandbox.world.journal import Ledger
from oirisk.sandbox.world.mixes import HOLDINGS, MIXES
from oirisk.sandbox.world.prices import PricePath

Ledgers = Mapping[str, Callable[[], Ledger]]
"""Readers of the ledger of each contract with accounts, by its native name."""

MAIN_COINS = ("BTC", "ETH", "SOL")
LEVERAGES = {"light": "institutional", "mixed": "rounded", "heavy": "retail"}
"""What people open with, by the name of the market's leverage."""

BYBIT_TIERS: Tiers = ((0.0, 0.005), (2_000_000.0, 0.01))
PLAIN_TIERS: Tiers = ((0.0, 0.005),)
_OPEN_POSITIONS = 4_000
"""About how many are open on each side; fewer where price has closed many."""
_SIZE_SIGMA = 1.0
_WAVES = 0.6
_EXCITEMENT = 0.1

_HOURS_A_DAY = 24
_PARTS = 12


@dataclass(frozen=True)
class Population:
    """Who trades in the market.

    Args:
        leverage: ``light``, ``mixed`` or ``heavy``.
        seed: Seed of the market.
        venues: Exchanges on which.
    """

    leverage: str
    seed: int
    venues: Sequence[str]


def with_accounts(
    contracts: Sequence[SimulatedInstrument], venues: Sequence[str]
) -> tuple[SimulatedInstrument, ...]:
    """Return those that are made of accounts: an exchange's largest linear perpetual of a coin."""
    largest: dict[tuple[str, str], SimulatedInstrument] = {}
    for one in contracts:
        key = (one.venue, one.asset)
        if one.venue not in venues or not _may_have_accounts(one):
            continue
        if key not in largest or one.weight > largest[key].weight:
            largest[key] = one
    return tuple(largest.values())


def _may_have_accounts(contract: SimulatedInstrument) -> bool:
    return (
        contract.asset in MAIN_COINS
        and contract.kind == "perp"
        and contract.margin == "linear"
        and contract.product != "builder"
    )


def tiers_of(contract: SimulatedInstrument) -> Tiers:
    """Return the maintenance rates of a contract, by notional in USD."""
    if contract.venue == "bybit":
        return BYBIT_TIERS
    if contract.venue == "hyperliquid":
        return ((0.0, 1 / (2 * contract.max_leverage)),)
    return PLAIN_TIERS


def populate(
    contracts: Sequence[SimulatedInstrument],
    own: ContractPaths,
    followed: tuple[CoinPaths, np.ndarray],
    levels: Floats,
    population: Population,
) -> tuple[ContractPaths, Ledgers]:
    """Put accounts in place of the drawn open interest and volume of contracts that have them.

    Args:
        contracts: Contracts of one exchange.
        own: Their drawn paths.
        followed: The coins' paths, and the coin's row of each contract.
        levels: How many coins are open in each at the start, but for what the tiers change.
        population: Who trades.

    Returns:
        The paths, and readers of the ledgers of those that have accounts.
    """
    coins, rows = followed
    oi, volume, turnover = own.oi.copy(), own.volume.copy(), own.turnover.copy()
    ledgers: dict[str, Callable[[], Ledger]] = {}
    chosen = with_accounts(contracts, population.venues)
    for row, contract in enumerate(contracts):
        if contract not in chosen:
            continue
        coin = int(rows[row])
        scale = 1 + own.basis[row]
        path = _hourly(coins.price[coin] * scale, coins.wick_up[coin], coins.wick_down[coin])
        earlier = coins.before[coin] * scale[0]
        before = _hourly(earlier, np.zeros_like(earlier), np.zeros_like(earlier))
        exchange = _exchange(contract, 1.0, population)
        size = float(levels[row]) / exchange.inherit(before)
        exchange = _exchange(contract, size, population)
        inherited = exchange.inherit(before)
        tape = exchange.run(path)
        oi[row] = np.concatenate([[inherited], tape.oi])
        volume[row] = running(tape.volume)
        turnover[row] = running(tape.volume * np.sqrt(path.open * path.close))
        ledgers[contract.native] = cache(exchange.ledger)
    return replace(own, oi=oi, volume=volume, turnover=turnover), ledgers


def _exchange(contract: SimulatedInstrument, size_usd: float, population: Population) -> Exchange:
    name = zlib.crc32(f"{contract.venue} {contract.native}".encode())
    random = np.random.default_rng([population.seed, 6, name])
    mix = MIXES[LEVERAGES[population.leverage]]
    holding = HOLDINGS[str(random.choice(sorted(HOLDINGS)))]
    habits = Habits(
        leverage=replace(mix, rounded=not mix.steps, most=min(mix.most, contract.max_leverage)),
        holding=holding,
        orders_per_bar=_OPEN_POSITIONS / holding.mean_bars(1),
        size_usd=size_usd,
        size_sigma=_SIZE_SIGMA,
        churn=float(random.uniform(2, 8)),
        closing_share=float(random.uniform(0.45, 0.6)),
        waves=_WAVES,
        excitement=_EXCITEMENT,
    )
    return Exchange(habits, random, tiers_of(contract))


def _hourly(mark: Floats, wick_up: Floats, wick_down: Floats) -> PricePath:
    """Return the bars between marks an hour apart."""
    first, last = mark[:-1], mark[1:]
    parts = (np.arange(_PARTS) + 1) / _PARTS
    return PricePath(
        minutes=first[:, None] + (last - first)[:, None] * parts,
        open=first,
        high=np.maximum(first, last) * (1 + wick_up[:-1]),
        low=np.minimum(first, last) * (1 - wick_down[:-1]),
        close=last,
        bars_per_day=_HOURS_A_DAY,
    )
