"""The rate limits of simulated exchanges: weights in a sliding window."""

import math
from collections import deque
from dataclasses import dataclass, field

from oirisk.sandbox.venue import RateLimit


@dataclass
class Window:
    """What was asked of one limit lately.

    Args:
        limit: The limit.
        recent: Instants of the requests that count, in seconds, and their weights.
    """

    limit: RateLimit
    recent: deque[tuple[float, int]] = field(default_factory=deque)

    def wait(self, now: float, weight: int) -> float:
        """Return the seconds until a request would fit; 0 if it does now."""
        while self.recent and self.recent[0][0] <= now - self.limit.seconds:
            self.recent.popleft()
        excess = sum(used for _, used in self.recent) + weight - self.limit.requests
        for at, used in self.recent:
            if excess <= 0:
                return 0.0
            excess -= used
            if excess <= 0:
                return at + self.limit.seconds - now
        return 0.0

    def take(self, now: float, weight: int) -> None:
        """Count a request."""
        self.recent.append((now, weight))


def admit(windows: list[Window], now: float, weight: int) -> int:
    """Count a request against all its limits, or none of them.

    Returns:
        Whole seconds to wait, at least one, if it is refused; 0 if it is let in.
    """
    wait = max((window.wait(now, weight) for window in windows), default=0.0)
    if wait > 0:
        return max(1, math.ceil(wait))
    for window in windows:
        window.take(now, weight)
    return 0
