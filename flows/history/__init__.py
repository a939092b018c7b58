"""History of open interest, prices and ratios: what each exchange's endpoints give.

One file per exchange declares its feeds and parses their answers; ``backfill`` asks them.
"""

from collections.abc import Mapping
from types import MappingProxyType

from oirisk.flows.history import bitfinex, bitget, bybit, gate, htx, kucoinfutures, okx
from oirisk.flows.history.binance import COINM, USDM
from oirisk.schemas.history import VenueHistory

HISTORIES: Mapping[str, VenueHistory] = MappingProxyType(
    {
        history.venue: history
        for history in (
            USDM,
            COINM,
            bybit.HISTORY,
            okx.HISTORY,
            gate.HISTORY,
            kucoinfutures.HISTORY,
            htx.HISTORY,
            bitfinex.HISTORY,
            bitget.HISTORY,
        )
    }
)
"""What each exchange's history endpoints give, by ccxt id; the others have none."""
