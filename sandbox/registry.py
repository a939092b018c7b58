"""The simulated exchanges, one file each; a new one is added here."""

from collections.abc import Sequence

from oirisk.sandbox import (
    aster,
    binance,
    binancecoinm,
    binanceusdm,
    bingx,
    bitfinex,
    bitget,
    bitmex,
    bybit,
    cryptocom,
    delta,
    deribit,
    derive,
    dydx,
    edgex,
    gate,
    gmx,
    htx,
    hyperliquid,
    krakenfutures,
    kucoinfutures,
    mexc,
    okx,
    paradex,
    phemex,
    variational,
    woofipro,
)
from oirisk.sandbox.venue import SimulatedVenue
from oirisk.schemas.errors import ConfigurationError

VENUES: tuple[SimulatedVenue, ...] = (
    aster.VENUE,
    binance.VENUE,
    binancecoinm.VENUE,
    binanceusdm.VENUE,
    bingx.VENUE,
    bitfinex.VENUE,
    bitget.VENUE,
    bitmex.VENUE,
    bybit.FULL,
    cryptocom.VENUE,
    delta.VENUE,
    deribit.VENUE,
    derive.VENUE,
    dydx.VENUE,
    edgex.VENUE,
    gate.FULL,
    gmx.VENUE,
    htx.VENUE,
    hyperliquid.FULL,
    krakenfutures.VENUE,
    kucoinfutures.VENUE,
    mexc.VENUE,
    okx.FULL,
    paradex.VENUE,
    phemex.VENUE,
    variational.VENUE,
    woofipro.VENUE,
)
"""All of them, with all their product lines."""

DEMO_VENUES = ("bybit", "deribit", "gate", "hyperliquid", "kucoinfutures", "okx")
"""What a demo asks, by ccxt id."""

_MAIN_LINES = {venue.VENUE.id: venue.VENUE for venue in (bybit, gate, hyperliquid, okx)}


def select_simulated(ids: Sequence[str]) -> tuple[SimulatedVenue, ...]:
    """Return some simulated exchanges, in the order of the registry.

    Raises:
        ConfigurationError: One of them is not simulated.
    """
    known = [venue.id for venue in VENUES]
    if unknown := sorted(set(ids) - set(known)):
        raise ConfigurationError(f"exchanges {unknown} are not simulated; choose from {known}")
    return tuple(venue for venue in VENUES if venue.id in ids)


def default_venues() -> tuple[SimulatedVenue, ...]:
    """Return those of a demo, large ones with their main lines only."""
    return tuple(_MAIN_LINES.get(it.id, it) for it in VENUES if it.id in DEMO_VENUES)
