"""Price paths of the simulated market: one-minute prices, in three regimes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MINUTES_PER_BAR = 5
BARS_PER_DAY = 288
REGIMES = ("trend", "range", "crash")


@dataclass(frozen=True)
class PricePath:
    """Prices of every bar, of five minutes unless ``bars_per_day`` says otherwise.

    ``minutes`` has shape (bars, instants of a bar); the other arrays have shape (bars,).
    """

    minutes: Floats
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    bars_per_day: int = BARS_PER_DAY

    @property
    def bars_per_hour(self) -> int:
        """How many bars an hour has."""
        return self.bars_per_day // 24


def price_path(
    regime: str, bars: int, daily_volatility: float, start: float, random: np.random.Generator
) -> PricePath:
    """Draw a path with bursts of volatility and fat tails.

    Args:
        regime: ``trend`` drifts, ``range`` is pulled back to where it began, ``crash`` falls by
            four to eight daily standard deviations within hours, near the end.
        bars: How many five-minute bars.
        daily_volatility: Standard deviation of a day's log return.
        start: First price.
        random: Source of randomness.

    Raises:
        ValueError: The regime is unknown.
    """
    if regime not in REGIMES:
        raise ValueError(f"a regime is one of {', '.join(REGIMES)}, saw {regime!r}")
    count = bars * MINUTES_PER_BAR
    sigma = daily_volatility / np.sqrt(BARS_PER_DAY * MINUTES_PER_BAR)
    shocks = random.standard_t(4, count) / np.sqrt(2) * sigma * np.exp(_bursts(count, random))
    days = bars / BARS_PER_DAY
    if regime == "trend":
        direction = random.choice([-1.0, 1.0])
        shocks += direction * daily_volatility * np.sqrt(days) * random.uniform(0.8, 2) / count
    if regime == "crash":
        shocks += _crash(count, days, daily_volatility, random)
    log_price = _pulled_back(shocks) if regime == "range" else np.cumsum(shocks)
    minutes = (start * np.exp(log_price)).reshape(bars, MINUTES_PER_BAR)
    opens = np.concatenate([[start], minutes[:-1, -1]])
    return PricePath(
        minutes=minutes,
        open=opens,
        high=np.maximum(minutes.max(axis=1), opens),
        low=np.minimum(minutes.min(axis=1), opens),
        close=minutes[:, -1],
    )


def _bursts(count: int, random: np.random.Generator) -> Floats:
    """Return a slowly varying log volatility, one value a minute, of mean square near 1."""
    hours = count // 60 + 2
    level = np.zeros(hours)
    for hour in range(1, hours):
        level[hour] = 0.95 * level[hour - 1] + 0.15 * random.standard_normal()
    values: Floats = np.interp(np.arange(count) / 60, np.arange(hours), level) - 0.23
    return values


def _crash(count: int, days: float, daily_volatility: float, random: np.random.Generator) -> Floats:
    """Return extra returns that add up to one fall within one to eight hours."""
    push = np.zeros(count)
    length = int(random.uniform(60, 480))
    at = int(count * (1 - random.uniform(0.3, 5) / days))
    at = max(min(at, count - length), 0)
    push[at : at + length] = -random.uniform(4, 8) * daily_volatility / length
    return push


def _pulled_back(shocks: Floats) -> Floats:
    """Return the sum of shocks with a pull towards zero, a half-life of about two days."""
    value, out = 0.0, np.empty_like(shocks)
    for index, shock in enumerate(shocks.tolist()):
        value += shock - value * 0.00024
        out[index] = value
    return out
