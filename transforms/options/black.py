"""Black-76 without interest: what an option on a forward is worth, and how that changes (M30)."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfcx, ndtr

Floats = NDArray[np.float64]

DAYS = 365.0
"""In a year; crypto trades on all of them."""

_ROOT_TWO_PI = np.sqrt(2 * np.pi)


def density(deviations: Floats) -> Floats:
    """Return the density of the standard normal distribution."""
    return np.asarray(np.exp(-(deviations**2) / 2) / _ROOT_TWO_PI)


def mills(deviations: Floats) -> Floats:
    """Return the standard normal distribution over its density, to full precision below 0."""
    return np.asarray(_ROOT_TWO_PI / 2 * erfcx(-deviations / np.sqrt(2)))


def nearer(distance: Floats, deviation: Floats) -> Floats:
    """Return how far the nearer of the two terms of an out-of-the-money value is from its mean.

    It is ``d1`` of a call out of the money and ``-d2`` of a put. The other one is lower by
    ``deviation``.
    """
    return deviation / 2 - distance / deviation


def time_value(distance: Floats, deviation: Floats) -> Floats:
    """Return the value of an option out of the money, over the lower of forward and strike.

    It is the same function of calls and of puts, and what an option in the money is worth beyond
    its gain. Written with the ratio of Mills, a value of 1e-300 has as many digits as one of 0.1.

    Args:
        distance: Between forward and strike, ``abs(ln(F / K))``.
        deviation: Volatility times the root of the years to expiry, above 0.
    """
    near = nearer(distance, deviation)
    return np.asarray(density(near) * (mills(near) - mills(near - deviation)))


@dataclass(frozen=True)
class Black:
    """Options by their terms: arrays of one shape. Where a term is nan, so are its figures.

    Args:
        sign: 1 of a call, -1 of a put.
        forward: Of the expiry, USD per coin, above 0.
        strike: USD per coin, above 0.
        years: To expiry, of 365 days, above 0.
        volatility: A year, 0.6 is 60 %; above 0.
    """

    sign: Floats
    forward: Floats
    strike: Floats
    years: Floats
    volatility: Floats

    @cached_property
    def deviation(self) -> Floats:
        """Return the standard deviation of the forward's logarithm at expiry."""
        return np.asarray(self.volatility * np.sqrt(self.years))

    @cached_property
    def d1(self) -> Floats:
        """Return how far the forward is above the strike, in deviations, and half of one."""
        return np.asarray(np.log(self.forward / self.strike) / self.deviation + self.deviation / 2)

    def price(self) -> Floats:
        """Return the premium, USD per coin."""
        distance = np.abs(np.log(self.forward / self.strike))
        lower = np.minimum(self.forward, self.strike)
        gain = np.maximum(self.sign * (self.forward - self.strike), 0)
        return np.asarray(gain + lower * time_value(distance, self.deviation))

    def delta(self) -> Floats:
        """Return the change of the premium with the forward, coins per coin."""
        return np.asarray(self.sign * ndtr(self.sign * self.d1))

    def delta_premium_adjusted(self) -> Floats:
        """Return the delta of one whose premium is paid in the coin, which is held less of."""
        return np.asarray(self.delta() - self.price() / self.forward)

    def gamma(self) -> Floats:
        """Return the change of delta with the forward, per USD."""
        return np.asarray(density(self.d1) / (self.forward * self.deviation))

    def vega(self) -> Floats:
        """Return the change of the premium with volatility, USD per coin and 1.00 of volatility."""
        return np.asarray(self.forward * density(self.d1) * np.sqrt(self.years))

    def theta(self) -> Floats:
        """Return the change of the premium with time, USD per coin and day."""
        return -self.vega() * self.volatility / (2 * self.years) / DAYS
