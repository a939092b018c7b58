"""What a replayed ledger is held against: itself, the venue's reports, collateral (M01)."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from oirisk.transforms.events.replay import Ledger, LedgerStep

_STAGES = {
    "open": frozenset({"new_long_new_short"}),
    "close": frozenset({"offset_offset"}),
    "transfer": frozenset({"transfer_long", "transfer_short"}),
    "flip": frozenset({"split"}),
}
"""What a fill is when the file calls it so."""


def unbalanced(steps: Iterable[LedgerStep]) -> list[LedgerStep]:
    """Return the steps after which longs are not equal to shorts.

    Where the file tells one account at a time, the last step of an instant counts.
    """
    return [step for step in steps if step.is_whole and step.open_interest != step.shorts]


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
        and step.is_whole
        and abs(step.open_interest - step.reported) > tolerance * max(1.0, abs(step.reported))
    ]


def mislabelled(steps: Iterable[LedgerStep]) -> list[LedgerStep]:
    """Return the steps of fills that were not what the file calls them.

    A fill that is called an opening and closes a position means that an earlier event is missing,
    or that the file is wrong.
    """
    return [
        step
        for step in steps
        if step.part in _PARTS and step.stage not in _STAGES.get(step.kind, {step.stage})
    ]


_PARTS = {"new_long_new_short", "offset_offset", "transfer_long", "transfer_short"}


def coverage(ledger: Ledger) -> list[dict[str, Any]]:
    """Set each account's collateral against the value of its positions at the last prices.

    Returns:
        Where the file tells collateral, one row per account that has any or holds a position:
        account, collateral_usd (None: not told), notional_usd, coverage (collateral over
        notional; None without collateral or positions, or when a price is missing) and
        missing_prices.
    """
    if not ledger.collateral:
        return []
    holders = {
        account for book in ledger.positions.values() for account, size in book.items() if size
    }
    return [_covered(ledger, account) for account in sorted(holders | set(ledger.collateral))]


def _covered(ledger: Ledger, account: str) -> dict[str, Any]:
    held = {name: abs(book.get(account, Fraction(0))) for name, book in ledger.positions.items()}
    missing = sorted(name for name, size in held.items() if size and name not in ledger.prices)
    notional = sum(size * ledger.prices.get(name, 0) for name, size in held.items())
    amount = ledger.collateral.get(account)
    known = amount is not None and bool(notional) and not missing
    return {
        "account": account,
        "collateral_usd": None if amount is None else float(amount),
        "notional_usd": None if missing else float(notional),
        "coverage": float(amount / notional) if known and amount is not None else None,
        "missing_prices": ", ".join(missing),
    }
