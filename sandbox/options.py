"""Simulated options: a ladder of strikes around the price, and a premium for each."""

import math
from dataclasses import replace
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

_LADDER = (0.6, 0.7, 0.8, 0.88, 0.94, 1.0, 1.06, 1.13, 1.25, 1.4, 1.7)
_YEAR_SECONDS = 365 * 24 * 3600
_NORMAL = NormalDist()


def list_options(
    underlying: SimulatedInstrument, coin: Coin, calendar: Calendar
) -> list[SimulatedInstrument]:
    """Make the options on one coin: calls above and puts below weigh more, as they do.

    Args:
        underlying: The perpetual whose margin, quote and settlement they share.
        coin: The coin, for its price.
        calendar: Delivery dates.
    """
    expiries = (calendar.weeklies[0], calendar.months[0], *calendar.quarters[:2])
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
    outside = distance > 0 if side == "call" else distance < 0
    size = min(quantity_step(coin.price, 10_000.0), Decimal(1))
    return replace(
        underlying,
        product="option",
        market_id=native,
        native=native,
        symbol=f"{underlying.symbol}-{expiry:%y%m%d}-{text}-{letter}",
        kind="option",
        contract_size=Decimal(1),
        oi_unit=Decimal(1),
        size_step=size,
        price_step=price_step(coin.price),
        weight=(2.0 if outside else 0.6) * math.exp(-((distance / 0.35) ** 2)),
        funding_hours=None,
        expiry=expiry,
        strike=strike,
        option_type=side,
    )


def premium(option: SimulatedInstrument, forward: Decimal, at: datetime) -> tuple[Decimal, Decimal]:
    """Return the premium in USD per coin and the implied volatility as a share (Black 1976).

    Args:
        option: The option.
        forward: Price of its underlying.
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
    volatility = 0.5 + 0.25 * math.log(strike / price) ** 2
    years = max((option.expiry - at).total_seconds(), 60.0) / _YEAR_SECONDS
    deviation = volatility * math.sqrt(years)
    high = math.log(price / strike) / deviation + deviation / 2
    call = price * _NORMAL.cdf(high) - strike * _NORMAL.cdf(high - deviation)
    usd = call if option.option_type == "call" else call - price + strike
    return Decimal(f"{max(usd, 0.0):.8f}"), Decimal(f"{volatility:.4f}")
