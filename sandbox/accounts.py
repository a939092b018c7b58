"""Accounts of simulated Hyperliquid: what each holds, where it entered, where it is liquidated.

They are some of the accounts that make up the exchange's open interest.
"""

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from oirisk.sandbox.instruments import plain
from oirisk.sandbox.quotes import Book, Holding, Quote
from oirisk.sandbox.venue import Query, Row
from oirisk.sandbox.world.journal import KNOWN_ACCOUNTS


@dataclass(frozen=True)
class SimulatedPosition:
    """One position; prices are USD per listed base, the size is in listed base, signed.

    A liquidation price of 0 is none: no fall closes the position.
    """

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
        for number in range(KNOWN_ACCOUNTS)
    )


def positions(account: str, book: Book) -> list[SimulatedPosition]:
    """Return the open positions of an account; none for an address nobody has."""
    known = addresses()
    if account not in known:
        return []
    number = known.index(account)
    held = [
        _printed(quote, one)
        for quote in book.of("perp")
        for one in book.holdings(quote.instrument.native)
        if one.account == number
    ]
    return [position for position in held if position.is_open]


def _printed(quote: Quote, held: Holding) -> SimulatedPosition:
    listed = quote.instrument
    size = Decimal(repr(held.base / listed.base_multiplier)).quantize(listed.size_step)
    scale = Decimal(listed.base_multiplier)
    return SimulatedPosition(
        quote=quote,
        size=held.side * size,
        entry=(Decimal(repr(held.entry)) * scale).quantize(listed.price_step),
        leverage=round(held.leverage),
        liquidation=Decimal(repr(held.liquidation_price)) * scale,
    )


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
        "liquidationPx": plain(one.liquidation) if one.liquidation else None,
        "marginUsed": plain(abs(one.size) * one.entry / one.leverage),
        "maxLeverage": one.quote.instrument.max_leverage,
    }
