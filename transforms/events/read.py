"""Position events of a ledger: what each must hold, and what is wrong with one.

An event is a mapping with ``at`` (aware instant), ``event`` (one of ``KINDS``) and ``instrument``.
A trade names ``buyer``, ``seller`` and ``quantity``; where the file tells one account at a time, as
chains do, ``account``, ``side`` (of the position: long or short) and ``quantity``. ``collateral``
(USD, of ``account``), ``buyer_collateral``, ``seller_collateral``, ``price`` and ``reported_oi``
are read where they are known.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

TRADES = frozenset({"fill", "open", "close", "transfer", "flip", "liquidation", "adl"})
KINDS = (*sorted(TRADES), "settlement", "collateral")
COLUMNS = (
    "at", "instrument", "event", "buyer", "seller", "account", "side", "quantity", "price",
    "reported_oi", "collateral", "buyer_collateral", "seller_collateral",
)  # fmt: skip
"""What is read; other columns are not."""

_AMOUNTS = ("price", "reported_oi", "collateral", "buyer_collateral", "seller_collateral")
_SIDES = ("long", "short")
_LARGEST = 1e30
"""Beyond any amount of any coin; keeps sums within what a number can hold."""
_DECIMALS = 100
"""Beyond any unit of any coin; a fraction of millions of decimals takes a minute to make."""


def exact(value: object) -> Fraction | None:
    """Read a number exactly; None for what is none, and for what no amount can be."""
    if value is None or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except (ValueError, ArithmeticError):
        return None
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or abs(exponent) > _DECIMALS or abs(number) > _LARGEST:
        return None
    return Fraction(number)


def is_leg(event: Mapping[str, Any]) -> bool:
    """Return whether an event is of one account alone, its counterparty in another or unknown."""
    return bool(event.get("account")) and not (event.get("buyer") or event.get("seller"))


def unread_columns(events: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the columns of a file that a ledger does not read."""
    seen = {name for event in events if "problem" not in event for name in event}
    return sorted(seen - set(COLUMNS))


def fault_of_form(event: Mapping[str, Any]) -> str | None:
    """Say what is wrong with an event by itself; None if nothing is."""
    if event.get("problem"):
        return str(event["problem"])
    reason = _fault_of_values(event) or _fault_of_head(event) or _fault_of_amounts(event)
    if reason:
        return reason
    if event["event"] == "collateral":
        return _fault_of_collateral(event)
    return _fault_of_position(event)


def _fault_of_values(event: Mapping[str, Any]) -> str | None:
    """Refuse lists and objects, which stand for no name and no number."""
    for name in COLUMNS:
        if isinstance(event.get(name), Mapping | list | tuple | set):
            return f"{name} is {str(event[name])[:80]}; expected one text or number"
    return None


def _fault_of_head(event: Mapping[str, Any]) -> str | None:
    kind, at = event.get("event"), event.get("at")
    if kind not in KINDS:
        return f"event is {kind!r}; expected one of {', '.join(KINDS)}"
    if not isinstance(at, datetime) or at.tzinfo is None:
        return f"at is {at!r}; expected a time with its zone, or milliseconds since 1970"
    return None


def _fault_of_position(event: Mapping[str, Any]) -> str | None:
    if not event.get("instrument"):
        return "instrument is missing"
    if is_leg(event):
        return _fault_of_leg(event)
    return None if event["event"] == "settlement" else _fault_of_trade(event)


def _fault_of_amounts(event: Mapping[str, Any]) -> str | None:
    for name in _AMOUNTS:
        if event.get(name) in {None, ""}:
            continue
        amount = exact(event[name])
        if amount is None:
            return f"{name} is {event[name]!r}; expected a number"
        if name == "price" and amount <= 0:
            return f"price is {event[name]!r}; expected a number above 0"
        if amount < 0:
            return f"{name} is {event[name]!r}; expected a number of at least 0"
    return None


def _fault_of_collateral(event: Mapping[str, Any]) -> str | None:
    if not event.get("account"):
        return "account is missing"
    if exact(event.get("collateral")) is None:
        return f"collateral is {event.get('collateral')!r}; expected an amount in USD"
    return None


def _fault_of_leg(event: Mapping[str, Any]) -> str | None:
    if event["event"] in {"fill", "transfer"}:
        return f"a {event['event']} needs buyer and seller, saw account alone"
    if event.get("side") not in _SIDES:
        return f"side is {event.get('side')!r}; expected long or short"
    return None if event["event"] == "settlement" else _fault_of_quantity(event)


def _fault_of_trade(event: Mapping[str, Any]) -> str | None:
    buyer, seller = event.get("buyer"), event.get("seller")
    if not buyer or not seller:
        return "buyer or seller is missing: a fill has both, else name account and side"
    if str(buyer) == str(seller):
        return f"buyer and seller are both {buyer!r}"
    return _fault_of_quantity(event)


def _fault_of_quantity(event: Mapping[str, Any]) -> str | None:
    quantity = exact(event.get("quantity"))
    if quantity is None or quantity <= 0:
        return f"quantity is {event.get('quantity')!r}; expected a number above 0"
    return None


def room_for(event: Mapping[str, Any], position: Callable[[str], Fraction]) -> str | None:
    """Say why positions do not allow an event that closes; None if they do.

    Args:
        event: One without a fault of form.
        position: Signed position of an account in the event's instrument.
    """
    kind = event["event"]
    if is_leg(event):
        return _room_for_leg(event, position(str(event["account"])))
    if kind not in {"adl", "liquidation"}:
        return None
    rooms = (-position(str(event["buyer"])), position(str(event["seller"])))
    # the liquidated account closes; who takes it over may open, or close as well
    room, sides = (min(rooms), "both sides") if kind == "adl" else (max(rooms), "one side")
    if room < (exact(event["quantity"]) or 0):
        return f"{kind} closes {event['quantity']} on {sides}; only {_shown(room)} is open"
    return None


def _room_for_leg(event: Mapping[str, Any], held: Fraction) -> str | None:
    kind, side = event["event"], event["side"]
    of_side = held if side == "long" else -held
    if kind == "open":
        told = f"{event['account']} opens {side} but holds {_shown(abs(held))} on the other side"
        return f"{told}; call it a flip or close that first" if of_side < 0 else None
    quantity = exact(event.get("quantity")) or Fraction(0)
    if kind == "flip":
        told = f"{event['account']} flips to {side} with {event['quantity']}"
        return None if 0 < -of_side < quantity else f"{told} but holds {_shown(-of_side)} to flip"
    if kind == "settlement":
        told = f"{event['account']} settles {side} but holds none"
        return told if of_side <= 0 else None
    told = f"{event['account']} closes {event['quantity']} {side}"
    return f"{told}; only {_shown(of_side)} is open" if of_side < quantity else None


def _shown(size: Fraction) -> str:
    return f"{float(max(size, Fraction(0))):g}"
