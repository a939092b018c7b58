"""What public heat maps do: every rise of open interest is a new position, and none ever closes."""

import numpy as np
from numpy.typing import NDArray

from bench.world.market import World
from bench.world.score import edges

Floats = NDArray[np.float64]
LEVERAGES = (10, 25, 50, 100)


def public_map(world: World) -> Floats:
    """Return the mass in each scoring bin, all exchanges together, without passed levels."""
    mark = world.mark
    total = np.zeros(edges(mark).size - 1)
    for tape in world.tapes:
        change = np.diff(tape.oi)
        entries, opened = world.path.close[1:][change > 0], change[change > 0]
        for leverage in LEVERAGES:
            for side in (1, -1):
                levels = entries * (1 - side / leverage)
                standing = side * (mark - levels) > 0
                total += np.histogram(levels[standing], edges(mark), weights=opened[standing])[0]
    return total
