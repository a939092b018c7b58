"""Contagion between exchanges that hold the same coins, written apart from the mart (M26).

Forced sales on one exchange move a coin's price by sales over depth; every exchange that holds
the coin loses. The model of fire sales by Greenwood, Landier and Thesmar (2015).
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def overlap(holdings: Floats, depth: Floats) -> Floats:
    """Return the liquidity-weighted overlap of every pair of exchanges.

    Args:
        holdings: Open interest, shape (venues, coins), one currency.
        depth: What moves a coin's price by one percent, shape (coins,), the same currency.

    Returns:
        Shape (venues, venues), symmetric; divided by 100 it is the loss of one when the other
        sells all it holds.

    Raises:
        ValueError: A depth is not above 0, or the shapes do not fit.
    """
    _require(holdings, depth)
    shared: Floats = (holdings / depth) @ holdings.T
    return shared


def price_impact_pct(holdings: Floats, depth: Floats, seller: int, sold_share: float) -> Floats:
    """Return by how many percent each coin falls when an exchange sells a share of all.

    Args:
        holdings: Open interest, shape (venues, coins), one currency.
        depth: What moves a coin's price by one percent, shape (coins,), the same currency.
        seller: Row of the exchange that sells.
        sold_share: Part of everything it holds, 0 to 1.

    Returns:
        Percent, shape (coins,).

    Raises:
        ValueError: A depth is not above 0, or the shapes do not fit.
    """
    _require(holdings, depth)
    impact: Floats = sold_share * holdings[seller] / depth
    return impact


def spill(holdings: Floats, depth: Floats, seller: int, sold_share: float) -> Floats:
    """Return what each exchange's positions lose when one sells; see ``price_impact_pct``.

    Returns:
        Currency of the holdings, shape (venues,); the seller's own loss is among them.

    Raises:
        ValueError: A depth is not above 0, or the shapes do not fit.
    """
    loss: Floats = holdings @ price_impact_pct(holdings, depth, seller, sold_share) / 100
    return loss


def systemic_importance(holdings: Floats, depth: Floats) -> Floats:
    """Return the overlap of each exchange with all others together; arguments as in ``overlap``.

    Returns:
        Currency times percent, shape (venues,).

    Raises:
        ValueError: A depth is not above 0, or the shapes do not fit.
    """
    pairs = overlap(holdings, depth)
    total: Floats = pairs.sum(axis=1) - np.diag(pairs)
    return total


def _require(holdings: Floats, depth: Floats) -> None:
    if holdings.ndim != 2 or holdings.shape[1] != depth.size or not np.all(depth > 0):
        raise ValueError(
            "an overlap needs a depth above 0 for every coin, saw holdings of shape "
            f"{holdings.shape} and depth {depth.tolist()}"
        )
