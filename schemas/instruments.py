"""What an exchange lists: one instrument, resolved from a ccxt market structure."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from oirisk.schemas.venue import Market

Kind = Literal["perp", "future", "option"]
Margin = Literal["linear", "inverse", "quanto"]

USD_QUOTES = frozenset(
    {"USD", "USDT", "USDC", "USDE", "USDH", "USDD", "USD1", "FDUSD", "TUSD", "BUSD", "DAI", "PYUSD",
     "USDS", "USDP", "USDX", "RLUSD", "USDB", "USDT0", "GUSD"}
)  # fmt: skip
"""Quotes taken at 1 USD each: a stated assumption, printed with every report."""

SYMBOL = re.compile(r"[\w.$+&:!-]+/[\w.$-]+:[\w.$-]+")
"""A ccxt derivative symbol; markup, quotes, spaces and semicolons never belong to one."""


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
