"""The volatility that simulated options are priced with, the same on every exchange.

For each coin and time to expiry there is one smile over moneyness:

    volatility(K) = level + skew·z + curvature·z²,   z = ln(K/F) / (level·√T), at most 4 either way

with F the forward of that expiry and T in years of 365 days. The level goes from that of a few days
to that of a year, and the skew from dear puts to dear calls, by 1 - exp(-T / 0.2). Both swing over
the weeks, so that risk reversals of different nights differ. Every premium, greek and volatility of
an option follows from its smile, and what a chain should come to is in :mod:`oirisk.sandbox.chain`.
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

YEAR_SECONDS = 365 * 86_400
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_WINGS = 4.0
_REACH_YEARS = 0.2
_LEVEL_SWING, _LEVEL_DAYS = 0.08, 17.0
_SKEW_SWING, _SKEW_DAYS = 0.006, 11.0
_STEP = Decimal("0.0001")
_LEAST_SECONDS = 60.0


@dataclass(frozen=True)
class Character:
    """What options on a coin are like.

    Args:
        near: Volatility at the money within days.
        far: At the money in a year.
        near_skew: What a standard deviation of moneyness adds to a volatility within days.
        far_skew: In a year.
        curvature: What its square adds.
    """

    near: float
    far: float
    near_skew: float
    far_skew: float
    curvature: float


_CHARACTERS = {
    "BTC": Character(0.46, 0.54, -0.024, 0.008, 0.010),
    "ETH": Character(0.61, 0.67, -0.030, 0.004, 0.012),
}
_OTHERS = Character(0.78, 0.84, 0.018, 0.026, 0.015)


@dataclass(frozen=True)
class Smile:
    """Volatility of one coin and expiry at one instant.

    Args:
        years: Time to expiry.
        level: Volatility at the forward.
        skew: What a standard deviation of moneyness adds.
        curvature: What its square adds.
    """

    years: float
    level: float
    skew: float
    curvature: float

    def volatility(self, moneyness: float) -> float:
        """Return the volatility a year at a strike over forward."""
        deviations = math.log(moneyness) / (self.level * math.sqrt(self.years))
        bounded = max(-_WINGS, min(_WINGS, deviations))
        return self.level + self.skew * bounded + self.curvature * bounded**2

    def printed(self, moneyness: float) -> Decimal:
        """Return the volatility that exchanges print and price with: to a hundredth of a point."""
        return round(Decimal(self.volatility(moneyness)) / _STEP) * _STEP


def smile(asset: str, expiry: datetime, at: datetime) -> Smile:
    """Return the smile of a coin's options that expire at an instant.

    Args:
        asset: Canonical coin.
        expiry: End of trading.
        at: The instant of the prices; within the last minute it is taken to be a minute before.
    """
    nature = _CHARACTERS.get(asset, _OTHERS)
    years = max((expiry - at).total_seconds(), _LEAST_SECONDS) / YEAR_SECONDS
    reached = 1 - math.exp(-years / _REACH_YEARS)
    days = (at - _EPOCH).total_seconds() / 86_400
    level = nature.near + (nature.far - nature.near) * reached
    skew = nature.near_skew + (nature.far_skew - nature.near_skew) * reached
    return Smile(
        years=years,
        level=level * (1 + _LEVEL_SWING * math.sin(2 * math.pi * days / _LEVEL_DAYS)),
        skew=skew + _SKEW_SWING * math.sin(2 * math.pi * days / _SKEW_DAYS),
        curvature=nature.curvature,
    )
