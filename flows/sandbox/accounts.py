"""Accounts of simulated Hyperliquid: what each holds, where it entered, where it is liquidated.

Sides, sizes, entries and leverage are drawn from the account's number alone; what price has
liquidated is no longer held.
"""

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from oirisk.flows.sandbox.instruments import plain
from oirisk.flows.sandbox.quotes import Book, Quote
from oirisk.flows.sandbox.venue import Query, Row

COUNT = 12
_CONTRACTS = 10
_HOLDS = 0.7
_LARGEST_SHARE = 0.04
_ENTRY_SPREAD = 0.03
_LEVERAGES = (2, 3, 3, 5, 5, 8, 10, 20)


@dataclass(frozen=True)
class SimulatedPosition:
    """One position; prices are USD per listed base, the size is in listed base, signed."""

    quote: Quote
    size: Decimal
    entry: Decimal
    leverage: int
    liquidation: Decimal

    @property
    def is_open(self) -> bool:
        """Whether price has left it alive."""
        ahead = self.quote.mark - self.liquidation
        return bool(self.size) and (ahead > 0) == (self.size > 0) and ahead != 0


def addresses() -> tuple[str, ...]:
    """Return the addresses of all simulated accounts."""
    return tuple(
        f"0x{hashlib.sha256(f'simulated account {number}'.encode()).hexdigest()[:40]}"
        for number in range(COUNT)
    )


def positions(account: str, book: Book) -> list[SimulatedPosition]:
    """Return the open positions of an account; none for an address nobody has."""
    known = addresses()
    if account not in known:
        return []
    rng = np.random.default_rng(known.index(account))
    drawn = [_drawn(quote, rng) for quote in book.of("perp")[:_CONTRACTS]]
    return [position for position in drawn if position is not None and position.is_open]


def _drawn(quote: Quote, rng: np.random.Generator) -> SimulatedPosition | None:
    holds, is_long, share, offset, choice = rng.uniform(size=5).tolist()
    if holds > _HOLDS:
        return None
    listed = quote.instrument
    sign = 1 if is_long > 0.5 else -1  # noqa: PLR2004
    size = quote.listed_base * Decimal(repr(share * _LARGEST_SHARE))
    away = 1 + Decimal(repr((2 * offset - 1) * _ENTRY_SPREAD))
    entry = (quote.before * away).quantize(listed.price_step)
    leverage = min(_LEVERAGES[int(choice * len(_LEVERAGES))], listed.max_leverage)
    return SimulatedPosition(
        quote=quote,
        size=sign * size.quantize(listed.size_step),
        entry=entry,
        leverage=leverage,
        liquidation=_level(entry, sign, leverage, listed.max_leverage),
    )


def _level(entry: Decimal, sign: int, leverage: int, highest: int) -> Decimal:
    """Return where the margin is down to half of what the highest leverage asks for."""
    maintenance = Decimal(1) / (2 * highest)
    return entry * (1 - Decimal(sign) / leverage) / (1 - sign * maintenance)


def clearinghouse_state(query: Query, book: Book) -> dict[str, Any]:
    """Answer what an account holds; an address that nobody has holds nothing."""
    held = positions(query.get("user", "").lower(), book)
    used = sum((abs(one.size) * one.entry / one.leverage for one in held), Decimal(0))
    notional = sum((abs(one.size) * one.quote.mark for one in held), Decimal(0))
    summary = {
        "accountValue": plain(used),
        "totalNtlPos": plain(notional),
        "totalRawUsd": plain(used),
        "totalMarginUsed": plain(used),
    }
    return {
        "marginSummary": summary,
        "crossMarginSummary": summary,
        "crossMaintenanceMarginUsed": "0.0",
        "withdrawable": "0.0",
        "assetPositions": [{"type": "oneWay", "position": _row(one)} for one in held],
        "time": int(book.at.timestamp() * 1000),
    }


def _row(one: SimulatedPosition) -> Row:
    return {
        "coin": one.quote.instrument.native,
        "szi": plain(one.size),
        "leverage": {"type": "isolated", "value": one.leverage},
        "entryPx": plain(one.entry),
        "positionValue": plain(abs(one.size) * one.quote.mark),
        "unrealizedPnl": plain(one.size * (one.quote.mark - one.entry)),
        "liquidationPx": plain(one.liquidation),
        "marginUsed": plain(abs(one.size) * one.entry / one.leverage),
        "maxLeverage": one.quote.instrument.max_leverage,
    }
