"""ccxt's description of a contract, made from its symbol."""

from datetime import UTC, datetime
from typing import Any


def listed(market_id: str, symbol: str, size: float = 1.0, **more: Any) -> dict[str, Any]:
    """Return a market as ccxt describes it; dated contracts end at 08:00 UTC.

    Args:
        market_id: The exchange's own name.
        symbol: ``BASE/QUOTE:SETTLE``, with ``-YYMMDD`` a future, with ``-STRIKE-C`` an option.
        size: Contract size.
        more: What differs, by key.
    """
    base, rest = symbol.split("/")
    quote, rest = rest.split(":")
    settle, *terms = rest.split("-")
    kind = ("swap", "future", "", "option")[len(terms)]
    expiry = strike = option_type = None
    if terms:
        day = datetime.strptime(terms[0], "%y%m%d").replace(tzinfo=UTC, hour=8)
        expiry = int(day.timestamp() * 1000)
    if kind == "option":
        strike, option_type = float(terms[1]), {"C": "call", "P": "put"}[terms[2]]
    return {
        "id": market_id, "symbol": symbol, "base": base, "quote": quote, "settle": settle,
        "baseId": base, "quoteId": quote, "settleId": settle, "type": kind, "spot": False,
        "margin": False, "swap": kind == "swap", "future": kind == "future",
        "option": kind == "option", "active": True, "contract": True, "linear": base != settle,
        "inverse": base == settle, "contractSize": size, "expiry": expiry, "strike": strike,
        "optionType": option_type, "precision": {"amount": 0.001, "price": 0.1}, "limits": {},
        "info": {}, **more,
    }  # fmt: skip
