"""What an exchange lists: one instrument, resolved from a ccxt market structure."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from oirisk.schemas.calls import Market
from oirisk.schemas.text import is_name

Kind = Literal["perp", "future", "option", "pool"]
Margin = Literal["linear", "inverse", "quanto"]

_DOLLAR = re.compile(r"[A-Z]{0,3}USD[A-Z0-9]{0,2}|DAI")
"""Names of the dollar and of coins that are meant to be worth one."""

_NAME = r"[^\s/:;<>\"'`\\]+"
_SYMBOL = re.compile(rf"(?![=+@-])(?:{_NAME}:)?{_NAME}/{_NAME}:{_NAME}")
"""Names that a spreadsheet would take for a formula are none."""


def is_dollar(currency: str) -> bool:
    """Return whether a currency is the dollar, or a coin that is meant to be worth one.

    Such coins are taken at 1 USD each: a stated assumption, printed with every report, and
    checked where contracts on one asset are quoted in several of them.

    >>> [is_dollar(name) for name in ("USD", "USDT0", "FDUSD", "EUR", "BTC")]
    [True, True, True, False, False]
    """
    return _DOLLAR.fullmatch(currency) is not None


def is_symbol(text: str) -> bool:
    """Return whether a text is a ccxt derivative symbol, BASE/QUOTE:SETTLE.

    Any listed name is a name: commas, addresses and every script of the world are. Markup, quotes,
    spaces, semicolons and what cannot be printed never belong to one, and it ends somewhere.
    """
    return is_name(text) and _SYMBOL.fullmatch(text) is not None


@dataclass(frozen=True)
class Instrument:
    """One listed derivative.

    ``asset`` and ``base_multiplier`` are canonical: 1000PEPE is PEPE times 1000.
    ``contract_size`` is in base coin when ``contract_size_unit`` is ``base``, in USD when ``usd``.
    """

    venue: str
    symbol: str
    market_id: str
    product: str
    asset: str
    base_multiplier: Decimal
    quote: str
    settle: str
    kind: Kind
    margin: Margin
    contract_size: Decimal | None
    contract_size_unit: Literal["base", "usd"] | None
    expiry: datetime | None
    strike: Decimal | None
    option_type: str | None
    max_leverage: Decimal | None
    listed_at: datetime | None
    is_active: bool
    market: Market
