"""Accounts of simulated Hyperliquid: what each holds, where it entered, where it is liquidated.

They are some of the accounts that make up the exchange's open interest.
"""

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from oirisk.sandbox.instruments import milliseconds
from oirisk.sandbox.published import Fields, Published
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
    def margin(self) -> Decimal:
        """USD that stand behind it."""
        return abs(self.size) * self.entry / self.leverage

    @property
    def notional(self) -> Decimal:
        """USD at the mark price."""
        return abs(self.size) * self.quote.mark

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


@dataclass(frozen=True)
class _Account:
    """What an account holds at an instant, in milliseconds since the epoch."""

    now: int
    held: list[SimulatedPosition]

    @property
    def rows(self) -> list[Row]:
        """The open positions, as they are printed."""
        return [_POSITION(one) for one in self.held]

    @property
    def used(self) -> Decimal:
        """USD of margin, which is all that the account holds."""
        return sum((one.margin for one in self.held), Decimal(0))

    @property
    def notional(self) -> Decimal:
        """USD of all positions."""
        return sum((one.notional for one in self.held), Decimal(0))


def _clearinghouse_state(query: Query, book: Book) -> Any:  # noqa: ANN401 -- any JSON
    """Answer what an account holds; an address that nobody has holds nothing."""
    held = positions(query.get("user", "").lower(), book)
    return _STATE(_Account(milliseconds(book.at), held))


_PUBLISHED = Published("hyperliquid")
_FIELDS: Fields = {
    "position.coin": "quote.instrument.native", "position.szi": "size",
    "position.leverage.value": "leverage", "position.entryPx": "entry",
    "position.leverage.rawUsd": lambda one: one.margin - one.size * one.quote.mark,
    "position.positionValue": "notional", "position.marginUsed": "margin",
    "position.unrealizedPnl": lambda one: one.size * (one.quote.mark - one.entry),
    "position.maxLeverage": "quote.instrument.max_leverage",
}  # fmt: skip
_POSITION = _PUBLISHED.kinds(
    "account",
    {"liquidated": {**_FIELDS, "position.liquidationPx": "liquidation"}, "never": _FIELDS},
    lambda one: "liquidated" if one.liquidation else "never",
)
_STATE = _PUBLISHED.body("account", {
    f"{summary}.{field}": quantity
    for summary in ("marginSummary", "crossMarginSummary")
    for field, quantity in {
        "accountValue": "used", "totalNtlPos": "notional", "totalRawUsd": "used",
        "totalMarginUsed": "used",
    }.items()
} | {"assetPositions": "rows", "time": "now"})  # fmt: skip
ACCOUNT = _PUBLISHED.answer(
    "account", _clearinghouse_state, when={"type": "clearinghouseState"}, weight=2
)
"""What an account holds."""
