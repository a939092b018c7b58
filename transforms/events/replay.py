"""Open interest from position events: fills, forced closings, settlements (M01).

Every account's signed position is kept, and its size is what the events made it. Open interest is
the sum of longs, which equals the sum of shorts once both sides of a trade are told.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from oirisk.transforms.events.read import exact, fault_of_form, is_leg, room_for

PARTS = {
    (True, True): "new_long_new_short",
    (False, False): "offset_offset",
    (True, False): "transfer_long",
    (False, True): "transfer_short",
}
"""By whether the buyer and whether the seller opens."""

FORCED = frozenset({"liquidation", "adl", "settlement"})
_ZERO = Fraction(0)
_NOTHING = (_ZERO, _ZERO)


@dataclass(frozen=True)
class LedgerStep:
    """What one event, or one part of a fill that flips an account, did.

    Args:
        at: When it happened.
        instrument: What was traded.
        event: Place in the file, from 1.
        kind: The event as the file calls it.
        stage: What the event was: one of ``PARTS``, ``split`` where an account flips, ``forced``
            for liquidation, ADL and settlement; ``open_long`` and its like where the file tells
            one account at a time.
        part: What this part did by itself, however it came about.
        quantity: Size of this part.
        buyer_open: Part of it that opened longs; the rest closed shorts.
        seller_open: Part of it that opened shorts; the rest closed longs.
        change: Change of open interest: for a fill ``buyer_open + seller_open - quantity``.
        open_interest: Sum of longs after it.
        shorts: Sum of shorts after it.
        reported: What the venue reports after it, where the file says so.
        is_whole: Whether both sides of all that happened at this instant are told.
    """

    at: datetime
    instrument: str
    event: int
    kind: str
    stage: str
    part: str
    quantity: float
    buyer_open: float
    seller_open: float
    change: float
    open_interest: float
    shorts: float
    reported: float | None
    is_whole: bool


@dataclass(frozen=True)
class Refusal:
    """One event that could not be used, and why."""

    event: int
    reason: str
    record: Mapping[str, Any]


@dataclass
class Ledger:
    """Positions of all accounts, replayed event by event."""

    steps: list[LedgerStep] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    collateral: dict[str, Fraction] = field(default_factory=dict)
    prices: dict[str, Fraction] = field(default_factory=dict)
    positions: dict[str, dict[str, Fraction]] = field(default_factory=dict)
    last_at: dict[str, datetime] = field(default_factory=dict)
    sums: dict[str, tuple[Fraction, Fraction]] = field(default_factory=dict)
    legs: dict[str, int] = field(default_factory=dict)

    def open_interest(self, instrument: str) -> Fraction:
        """Return the sum of longs."""
        return self.sums.get(instrument, _NOTHING)[0]

    def shorts(self, instrument: str) -> Fraction:
        """Return the sum of shorts, as a positive amount."""
        return self.sums.get(instrument, _NOTHING)[1]

    def position(self, instrument: str, account: str) -> Fraction:
        """Return one account's position, shorts below 0."""
        return self.positions.get(instrument, {}).get(account, _ZERO)

    def move(self, instrument: str, account: str, amount: Fraction) -> None:
        """Change one account's position; longs and shorts are summed apart."""
        book = self.positions.setdefault(instrument, {})
        before = book.get(account, _ZERO)
        after = book[account] = before + amount
        longs, shorts = self.sums.get(instrument, _NOTHING)
        self.sums[instrument] = (
            longs + max(after, _ZERO) - max(before, _ZERO),
            shorts + max(-after, _ZERO) - max(-before, _ZERO),
        )

    def settle(self, instrument: str) -> Fraction:
        """Close every position; return the open interest there was."""
        closed = self.open_interest(instrument)
        self.positions[instrument] = {}
        self.sums[instrument] = _NOTHING
        return closed

    def complete(self, instrument: str) -> None:
        """Take what happened at one instant as told: its last step is whole."""
        last = self.legs.pop(instrument, None)
        if last is not None:
            self.steps[last] = replace(self.steps[last], is_whole=True)


def replay(events: Iterable[Mapping[str, Any]]) -> Ledger:
    """Replay events in the order of the file.

    Args:
        events: One mapping an event, as ``oirisk.transforms.events.read`` describes it.

    Returns:
        Steps, refused events with their reasons, and where every account ended.
    """
    ledger = Ledger()
    for number, event in enumerate(events, start=1):
        reason = _fault(ledger, event)
        if reason:
            ledger.refused.append(Refusal(number, reason, event))
        else:
            _apply(ledger, number, event)
    for instrument in list(ledger.legs):
        ledger.complete(instrument)
    return ledger


def _fault(ledger: Ledger, event: Mapping[str, Any]) -> str | None:
    reason = fault_of_form(event)
    if reason or event["event"] == "collateral":
        return reason
    instrument, at = str(event["instrument"]), event["at"]
    if at < ledger.last_at.get(instrument, at):
        return f"at {at.isoformat()} is before the event in front of it; sort the file by time"
    return room_for(event, lambda account: ledger.position(instrument, account))


def _apply(ledger: Ledger, number: int, event: Mapping[str, Any]) -> None:
    for who in ("account", "buyer", "seller"):
        told = exact(event.get("collateral" if who == "account" else f"{who}_collateral"))
        if event.get(who) and told is not None:
            ledger.collateral[str(event[who])] = told
    if event["event"] == "collateral":
        return
    instrument = str(event["instrument"])
    if not is_leg(event) or ledger.last_at.get(instrument) != event["at"]:
        ledger.complete(instrument)
    ledger.last_at[instrument] = event["at"]
    price = exact(event.get("price"))
    if price is not None:
        ledger.prices[instrument] = price
    if is_leg(event):
        _move_one_side(ledger, number, event)
    elif event["event"] == "settlement":
        closed = ledger.settle(instrument)
        names = ("forced", "offset_offset")
        _note(ledger, number, event, names, (closed, _ZERO, _ZERO, -closed))
    else:
        _trade(ledger, number, event)


def _trade(ledger: Ledger, number: int, event: Mapping[str, Any]) -> None:
    """Apply one fill; an account that flips makes it two or three rows."""
    instrument, buyer, seller = (str(event[name]) for name in ("instrument", "buyer", "seller"))
    parts = []
    left = exact(event["quantity"]) or _ZERO
    short = max(-ledger.position(instrument, buyer), _ZERO)
    long = max(ledger.position(instrument, seller), _ZERO)
    while left > 0:
        size = min([left, *(held for held in (short, long) if held > 0)])
        parts.append((size, short == 0, long == 0))
        short, long, left = max(short - size, _ZERO), max(long - size, _ZERO), left - size
    for place, (size, buyer_opens, seller_opens) in enumerate(parts, start=1):
        ledger.move(instrument, buyer, size)
        ledger.move(instrument, seller, -size)
        opened = (size if buyer_opens else _ZERO, size if seller_opens else _ZERO)
        part = PARTS[buyer_opens, seller_opens]
        stage = _stage(event, part if len(parts) == 1 else "split")
        sizes = (size, *opened, sum(opened) - size)
        _note(ledger, number, event, (stage, part), sizes, is_last=place == len(parts))


def _move_one_side(ledger: Ledger, number: int, event: Mapping[str, Any]) -> None:
    """Apply what one account did; a flip makes two rows."""
    instrument, account = str(event["instrument"]), str(event["account"])
    held = ledger.position(instrument, account)
    opens = event["event"] in {"open", "flip"}
    sign = (1 if event["side"] == "long" else -1) * (1 if opens else -1)
    quantity = abs(held) if event["event"] == "settlement" else exact(event["quantity"]) or _ZERO
    closed = min(quantity, max(-sign * held, _ZERO))
    parts = [(size, adds) for size, adds in ((closed, False), (quantity - closed, True)) if size]
    for place, (size, adds) in enumerate(parts, start=1):
        before = ledger.open_interest(instrument)
        ledger.move(instrument, account, sign * size)
        opened = size if adds else _ZERO
        side = "long" if (sign > 0) == adds else "short"
        part = f"{'open' if adds else 'close'}_{side}"
        stage = _stage(event, part if len(parts) == 1 else "split")
        change = ledger.open_interest(instrument) - before
        sizes = (size, opened if sign > 0 else _ZERO, opened if sign < 0 else _ZERO, change)
        _note(ledger, number, event, (stage, part), sizes, is_last=place == len(parts))
        ledger.legs[instrument] = len(ledger.steps) - 1


def _stage(event: Mapping[str, Any], otherwise: str) -> str:
    return "forced" if event["event"] in FORCED else otherwise


def _note(
    ledger: Ledger,
    number: int,
    event: Mapping[str, Any],
    names: tuple[str, str],
    sizes: tuple[Fraction, Fraction, Fraction, Fraction],
    *,
    is_last: bool = True,
) -> None:
    instrument = str(event["instrument"])
    quantity, buyer_open, seller_open, change = sizes
    reported = exact(event.get("reported_oi")) if is_last else None
    ledger.steps.append(
        LedgerStep(
            at=event["at"],
            instrument=instrument,
            event=number,
            kind=event["event"],
            stage=names[0],
            part=names[1],
            quantity=float(quantity),
            buyer_open=float(buyer_open),
            seller_open=float(seller_open),
            change=float(change),
            open_interest=float(ledger.open_interest(instrument)),
            shorts=float(ledger.shorts(instrument)),
            reported=None if reported is None else float(reported),
            is_whole=not is_leg(event),
        )
    )
