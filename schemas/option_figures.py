"""What an exchange tells of its options besides open interest, and what it means by it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from oirisk.schemas.venue import Row, TimeUnit

GREEKS = "option_greeks"
"""Name of the endpoint that is asked for them where answers with open interest tell none."""

UnderlyingKind = Literal["forward", "spot"]
"""The forward of an option's own expiry, or the price now, which most call index."""

DeltaConvention = Literal["black", "premium_adjusted"]
"""Change of the value in USD by the price, or of the value in coins."""


@dataclass(frozen=True)
class OptionFigures:
    """Where answers tell volatility, premium and greeks of options, and in what units.

    Names are native and dots step into nested objects; an empty one is not told.

    Args:
        venue: ccxt id.
        rows: How the rows are taken from a decoded body.
        market_id: Id of the market.
        evidence: How underlying price and delta are known to be what is said of them; for the
            reference.
        told_by: Endpoints whose answers tell it.
        mark_iv: Volatility of the mark a year, as ``bid_iv`` and ``ask_iv`` of the best quotes.
        mark_price: Premium a coin, in USD unless ``premium_in_coins`` says otherwise of a row.
        underlying_price: Price that the volatility goes with.
        underlying_kind: Which price that is, or what tells it of a row; None where nobody says.
        delta: As the other greeks: USD a coin, theta a day.
        delta_convention: Which delta it is.
        iv_scale: What the exchange prints for a volatility of 1: 100 where it prints percent.
        vega_scale: Points of volatility its vega is by: 100 where it is by a volatility of 1.
        observed_at: When a row was true.
    """

    venue: str
    rows: Callable[[Any], list[Row]]
    market_id: str
    evidence: str
    told_by: tuple[str, ...]
    mark_iv: str = ""
    bid_iv: str = ""
    ask_iv: str = ""
    mark_price: str = ""
    premium_in_coins: Callable[[Row], bool] | None = None
    underlying_price: str = ""
    underlying_kind: UnderlyingKind | Callable[[Row], UnderlyingKind] | None = None
    delta: str = ""
    gamma: str = ""
    vega: str = ""
    theta: str = ""
    delta_convention: DeltaConvention | None = None
    iv_scale: int = 1
    vega_scale: int = 1
    observed_at: str = ""
    observed_unit: TimeUnit = "ms"
