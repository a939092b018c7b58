"""Open interest from position events: fills, forced closings, settlements (M01).

Every account's signed position is kept, and its size is what the fills made it. Open interest is
the sum of longs, which equals the sum of shorts at every step.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

STAGES = {
    (True, True): "new_long_new_short",
    (False, False): "offset_offset",
    (True, False): "transfer_long",
    (False, True): "transfer_short",
}
"""By whether the buyer and whether the seller opens."""

FORCED = frozenset({"liquidation", "adl", "settlement"})
TRADES = frozenset({"fill", "open", "close", "transfer", "flip", "liquidation", "adl"})
_ZERO = Fraction(0)
_NOTHING = (_ZERO, _ZERO)
KINDS = (*sorted(TRADES), "settlement", "collateral")


@dataclass(frozen=True)
class LedgerStep:
    """What one event, or one part of a fill that flips an account, did.

    Args:
        at: When it happened.
        instrument: What was traded.
        event: Place in the file, from 1.
        kind: The event as the file calls it.
        stage: What the fill was for both sides; ``forced_`` in front when it was forced.
        quantity: Size of this part.
        buyer_open: Part of it that opened longs; the rest closed shorts.
        seller_open: Part of it that opened shorts; the rest closed longs.
        change: Change of open interest: ``buyer_open + seller_open - quantity``.
        open_interest: Sum of longs after it.
        shorts: Sum of shorts after it.
        reported: What the venue reports after it, where the file says so.
    """

    at: datetime
    instrument: str
    event: int
    kind: str
    stage: str
    quantity: float
    buyer_open: float
    seller_open: float
    change: float
    open_interest: float
    shorts: float
    reported: float | None


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

    def open_interest(self, instrument: str) -> Fraction:
        """Return the sum of longs."""
        return self.sums.get(instrument, _NOTHING)[0]

    def shorts(self, instrument: str) -> Fraction:
        """Return the sum of shorts, as a positive amount."""
        return self.sums.get(instrument, _NOTHING)[1]

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


def replay(events: Iterable[Mapping[str, Any]]) -> Ledger:
    """Replay events in the order of the file.

    Args:
        events: One mapping an event: ``at`` (aware instant), ``instrument``, ``event`` (one of
            ``KINDS``); ``buyer``, ``seller`` and ``quantity`` for trades; ``account`` and
            ``collateral`` for collateral; ``price`` and ``reported_oi`` where known.

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
    return ledger


def coverage(ledger: Ledger) -> list[dict[str, Any]]:
    """Set each account's collateral against the value of its positions at the last prices.

    Returns:
        One row per account that stated collateral: account, collateral_usd, notional_usd,
        coverage (collateral over notional; None without positions or when a price is missing)
        and missing_prices.
    """
    rows = []
    for account, amount in sorted(ledger.collateral.items()):
        held = {
            name: book[account]
            for name, book in ledger.positions.items()
            if book.get(account, _ZERO) != 0
        }
        missing = sorted(set(held) - set(ledger.prices))
        notional = sum(
            (abs(size) * ledger.prices[name] for name, size in held.items() if name not in missing),
            _ZERO,
        )
        known = bool(notional) and not missing
        rows.append(
            {
                "account": account,
                "collateral_usd": float(amount),
                "notional_usd": None if missing else float(notional),
                "coverage": float(amount / notional) if known else None,
                "missing_prices": ", ".join(missing),
            }
        )
    return rows


def differences(steps: Iterable[LedgerStep], tolerance: float = 1e-9) -> list[LedgerStep]:
    """Return the steps whose open interest is not what the venue reports.

    Args:
        steps: Steps of a ledger.
        tolerance: Largest relative difference that is none.
    """
    return [
        step
        for step in steps
        if step.reported is not None
        and abs(step.open_interest - step.reported) > tolerance * max(1.0, abs(step.reported))
    ]


def _fault(ledger: Ledger, event: Mapping[str, Any]) -> str | None:
    kind = event.get("event")
    at, instrument = event.get("at"), event.get("instrument")
    if kind not in KINDS:
        return f"event is {kind!r}; expected one of {', '.join(KINDS)}"
    if not isinstance(at, datetime) or at.tzinfo is None:
        return f"at is {at!r}; expected an instant with a time zone"
    if kind == "collateral":
        return _fault_of_collateral(event)
    if not instrument:
        return "instrument is missing"
    if at < ledger.last_at.get(str(instrument), at):
        return f"at {at.isoformat()} is before the event in front of it; sort the file by time"
    return None if kind == "settlement" else _fault_of_trade(ledger, event)


def _fault_of_collateral(event: Mapping[str, Any]) -> str | None:
    if not event.get("account"):
        return "account is missing"
    if _number(event.get("collateral")) is None:
        return f"collateral is {event.get('collateral')!r}; expected an amount in USD"
    return None


def _fault_of_trade(ledger: Ledger, event: Mapping[str, Any]) -> str | None:
    buyer, seller = event.get("buyer"), event.get("seller")
    quantity = _number(event.get("quantity"))
    if not buyer or not seller:
        return "buyer or seller is missing: every fill has both"
    if buyer == seller:
        return f"buyer and seller are both {buyer!r}"
    if quantity is None or quantity <= 0:
        return f"quantity is {event.get('quantity')!r}; expected a number above 0"
    if event["event"] == "adl":
        book = ledger.positions.get(str(event["instrument"]), {})
        room = min(-book.get(str(buyer), _ZERO), book.get(str(seller), _ZERO))
        if room < quantity:
            return f"adl closes {float(quantity):g} on both sides; only {float(room):g} is open"
    return None


def _apply(ledger: Ledger, number: int, event: Mapping[str, Any]) -> None:
    kind, instrument = event["event"], str(event.get("instrument") or "")
    if kind == "collateral":
        ledger.collateral[str(event["account"])] = _number(event["collateral"]) or _ZERO
        return
    ledger.last_at[instrument] = event["at"]
    price = _number(event.get("price"))
    if price is not None:
        ledger.prices[instrument] = price
    if kind == "settlement":
        _settle(ledger, number, event)
    else:
        _trade(ledger, number, event)


def _settle(ledger: Ledger, number: int, event: Mapping[str, Any]) -> None:
    instrument = str(event["instrument"])
    closed = ledger.settle(instrument)
    _note(ledger, number, event, "forced_settlement", (closed, _ZERO, _ZERO))


def _trade(ledger: Ledger, number: int, event: Mapping[str, Any]) -> None:
    """Apply one fill; an account that flips makes it two or three rows."""
    instrument = str(event["instrument"])
    book = ledger.positions.setdefault(instrument, {})
    buyer, seller = str(event["buyer"]), str(event["seller"])
    left = _number(event["quantity"]) or _ZERO
    while left > 0:
        short = max(-book.get(buyer, _ZERO), _ZERO)
        long = max(book.get(seller, _ZERO), _ZERO)
        part = min([left, *(size for size in (short, long) if size > 0)])
        opens = (short == 0, long == 0)
        ledger.move(instrument, buyer, part)
        ledger.move(instrument, seller, -part)
        left -= part
        stage = STAGES[opens]
        if event["event"] in FORCED:
            stage = f"forced_{stage}"
        sizes = (part, part if opens[0] else _ZERO, part if opens[1] else _ZERO)
        _note(ledger, number, event, stage, sizes, is_last=left == 0)


def _note(
    ledger: Ledger,
    number: int,
    event: Mapping[str, Any],
    stage: str,
    sizes: tuple[Fraction, Fraction, Fraction],
    *,
    is_last: bool = True,
) -> None:
    instrument = str(event["instrument"])
    quantity, buyer_open, seller_open = sizes
    reported = _number(event.get("reported_oi")) if is_last else None
    ledger.steps.append(
        LedgerStep(
            at=event["at"],
            instrument=instrument,
            event=number,
            kind=event["event"],
            stage=stage,
            quantity=float(quantity),
            buyer_open=float(buyer_open),
            seller_open=float(seller_open),
            change=float(buyer_open + seller_open - quantity),
            open_interest=float(ledger.open_interest(instrument)),
            shorts=float(ledger.shorts(instrument)),
            reported=None if reported is None else float(reported),
        )
    )


def _number(value: object) -> Fraction | None:
    """Read a finite number exactly; None for anything else."""
    if value is None or isinstance(value, bool):
        return None
    try:
        return Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        return None
