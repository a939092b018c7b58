"""Simulated options: a ladder of strikes around the price, and what each is worth."""

import math
import zlib
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from statistics import NormalDist
from typing import Literal

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import (
    Calendar,
    SimulatedInstrument,
    day_month_year,
    plain,
    power_of_ten,
    price_step,
    quantity_step,
)
from oirisk.sandbox.world.smiles import smile

_LADDER = (0.6, 0.7, 0.8, 0.86, 0.91, 0.95, 0.98, 1.0, 1.02, 1.05, 1.1, 1.16, 1.25, 1.4, 1.7)
_NORMAL = NormalDist()


def list_options(
    underlying: SimulatedInstrument, coin: Coin, calendar: Calendar
) -> list[SimulatedInstrument]:
    """Make the options on one coin.

    Args:
        underlying: The perpetual whose margin, quote and settlement they share.
        coin: The coin, for its price.
        calendar: Delivery dates.
    """
    expiries = (*calendar.weeklies, calendar.months[0], *calendar.quarters[:2])
    step = power_of_ten(coin.price) / 20
    strikes = sorted({round(Decimal(coin.price * part) / step) * step for part in _LADDER})
    return [
        _option(underlying, coin, expiry, strike, side)
        for expiry in dict.fromkeys(expiries)
        for strike in strikes
        for side in ("call", "put")
    ]


def _option(
    underlying: SimulatedInstrument,
    coin: Coin,
    expiry: datetime,
    strike: Decimal,
    side: Literal["call", "put"],
) -> SimulatedInstrument:
    root = underlying.native.removesuffix("-PERPETUAL")
    letter = side[0].upper()
    text = plain(strike)
    native = f"{root}-{day_month_year(expiry)}-{text.replace('.', 'd')}-{letter}"
    distance = math.log(float(strike) / coin.price)
    symbol = f"{underlying.symbol}-{expiry:%y%m%d}-{text}-{letter}"
    size = min(quantity_step(coin.price, 10_000.0), Decimal(1))
    return replace(
        underlying,
        product="option",
        market_id=native,
        native=native,
        symbol=symbol,
        kind="option",
        contract_size=Decimal(1),
        oi_unit=Decimal(1),
        size_step=size,
        price_step=price_step(coin.price),
        weight=_weight(f"{underlying.venue} {symbol}", side, distance),
        funding_hours=None,
        expiry=expiry,
        strike=strike,
        option_type=side,
    )


def _weight(name: str, side: str, distance: float) -> float:
    """Return how much is open of an option: most out of the money and near it, of puts less.

    Each has a part of its own too, from none to twice what it would be, which its name decides:
    expiries and exchanges differ in what their chains come to.
    """
    is_outside = distance > 0 if side == "call" else distance < 0
    own = 2 * zlib.crc32(name.encode()) / 2**32
    usual = (2.0 if is_outside else 0.6) * (1.0 if side == "call" else 0.75)
    return usual * own * math.exp(-((distance / 0.35) ** 2))


@dataclass(frozen=True)
class OptionValue:
    """What an option is worth at a forward, USD per coin; no interest.

    Args:
        premium: Value of a coin's worth of it.
        volatility: A year, as a share.
        delta: Change of the premium by the forward.
        gamma: Change of delta by the forward.
        vega: Change of the premium by a point of volatility.
        theta: Change of the premium by a day.
    """

    premium: Decimal
    volatility: Decimal
    delta: Decimal
    gamma: Decimal
    vega: Decimal
    theta: Decimal


def value_option(option: SimulatedInstrument, forward: Decimal, at: datetime) -> OptionValue:
    """Price an option by the smile of its coin and expiry.

    Args:
        option: The option.
        forward: Price of its underlying at its expiry.
        at: The instant.

    Raises:
        ValueError: The contract is no option.

    Source:
        Black, F. (1976), The pricing of commodity contracts, J. Financial Economics 3.
    """
    if option.strike is None or option.expiry is None:
        saw = f"{option.native} has no premium: it is a {option.kind}, an option was needed"
        raise ValueError(saw)
    price, strike = float(forward), float(option.strike)
    side = 1 if option.option_type == "call" else -1
    followed = smile(option.asset, option.expiry, at)
    volatility = followed.printed(strike / price)
    root = math.sqrt(followed.years)
    deviation = float(volatility) * root
    high = math.log(price / strike) / deviation + deviation / 2
    density, in_money = _NORMAL.pdf(high), _NORMAL.cdf(side * high)
    worth = side * (price * in_money - strike * _NORMAL.cdf(side * (high - deviation)))
    a_day = -price * density * float(volatility) / (2 * root) / 365
    return OptionValue(
        premium=_exact(max(worth, 0.0)),
        volatility=volatility,
        delta=_exact(side * in_money),
        gamma=_exact(density / (price * deviation), places=14),
        vega=_exact(price * density * root / 100),
        theta=_exact(a_day),
    )


def _exact(value: float, places: int = 8) -> Decimal:
    return Decimal(f"{value:.{places}f}")
