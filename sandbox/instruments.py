"""What a simulated contract is, and how an exchange rounds its sizes and prices."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal

Kind = Literal["perp", "future", "option", "pool"]
Margin = Literal["linear", "inverse"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_EXPIRY_HOUR = 8
_FRIDAY = 4
_QUARTER_MONTHS = (3, 6, 9, 12)


@dataclass(frozen=True)
class SimulatedInstrument:
    """One contract on one simulated exchange.

    Args:
        venue: ccxt id of the exchange.
        product: Product line, as the exchange's endpoints divide them.
        market_id: Id of the market in ccxt, which is the native id on all but Hyperliquid.
        native: Name in the exchange's own answers.
        symbol: ccxt unified symbol, of a client whose ``commonCurrencies`` only rename XBT.
        asset: Canonical coin.
        listed_base: Name of the base on this exchange (XBT, 1000PEPE).
        kind: Perpetual, dated future, option, or perpetual against a pool.
        margin: Linear or inverse.
        quote: Quote currency.
        settle: Settlement currency.
        contract_size: The contract size that the exchange publishes.
        oi_unit: What one unit of the printed open interest stands for, in listed base coins or
            in USD, as ``is_usd`` says.
        size_step: Smallest step of the printed open interest.
        price_step: Smallest step of printed prices, USD per listed base.
        base_multiplier: Coins in one listed base (1000 for 1000PEPE).
        weight: Share of the exchange's open interest in this coin, before scaling to one.
        funding_hours: Hours between funding payments; None without funding.
        max_leverage: Highest leverage.
        expiry: Delivery; None for perpetuals.
        strike: Strike of an option.
        option_type: ``call`` or ``put``.
        prints_usd: Whether the printed open interest is USD. None for what is usual: USD for
            inverse contracts, coins for linear ones and for options.
        is_at_index: Whether an option is priced at the index in place of a forward.
    """

    venue: str
    product: str
    market_id: str
    native: str
    symbol: str
    asset: str
    listed_base: str
    kind: Kind
    margin: Margin
    quote: str
    settle: str
    contract_size: Decimal
    oi_unit: Decimal
    size_step: Decimal
    price_step: Decimal
    base_multiplier: int = 1
    weight: float = 1.0
    funding_hours: int | None = None
    max_leverage: int = 50
    expiry: datetime | None = None
    strike: Decimal | None = None
    option_type: Literal["call", "put"] | None = None
    prints_usd: bool | None = None
    is_at_index: bool = False

    @property
    def is_usd(self) -> bool:
        """Return whether ``oi_unit`` is in USD; otherwise it is in listed base coins."""
        if self.prints_usd is not None:
            return self.prints_usd
        return self.margin == "inverse" and self.kind != "option"

    @property
    def expiry_ms(self) -> int:
        """Delivery in milliseconds since the epoch; 0 for perpetuals."""
        return 0 if self.expiry is None else milliseconds(self.expiry)

    @property
    def price_decimals(self) -> int:
        """How many decimals a price has."""
        return decimals(self.price_step)

    @property
    def size_decimals(self) -> int:
        """How many decimals a size has."""
        return decimals(self.size_step)


def power_of_ten(value: float) -> Decimal:
    """Return the largest power of ten that is not above a positive value."""
    return Decimal(1).scaleb(math.floor(math.log10(value)))


def price_step(price: float, digits: int = 6) -> Decimal:
    """Return the tick that leaves about ``digits`` significant digits; never above 0.1."""
    return min(power_of_ten(price).scaleb(1 - digits), Decimal("0.1"))


def quantity_step(price: float, usd: float = 1.0) -> Decimal:
    """Return the power of ten of coins that is worth at most ``usd``."""
    return power_of_ten(usd / price)


def milliseconds(at: datetime) -> int:
    """Return milliseconds since the epoch, rounded down."""
    return (at - _EPOCH) // _MILLISECOND


def decimals(step: Decimal) -> int:
    """Return how many decimals a step has."""
    return max(0, -int(step.as_tuple().exponent))


def plain(value: Decimal) -> str:
    """Print a decimal without an exponent and without trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True)
class Calendar:
    """Delivery dates that are still ahead of the end of the simulated window.

    Args:
        weeklies: The next two Fridays.
        months: The last Fridays of the next two months that are not over.
        quarters: The last Fridays of the next four quarters that are not over.
    """

    weeklies: tuple[datetime, ...]
    months: tuple[datetime, ...]
    quarters: tuple[datetime, ...]

    def all(self) -> tuple[datetime, ...]:
        """Return every date once, soonest first."""
        return tuple(sorted({*self.weeklies, *self.months, *self.quarters}))


def calendar(after: datetime) -> Calendar:
    """Return the delivery dates after an instant, all at 08:00 UTC."""
    fridays = _fridays(after, weeks=60)
    last = tuple(day for day in fridays if (day + timedelta(days=7)).month != day.month)
    quarters = tuple(day for day in last if day.month in _QUARTER_MONTHS)
    return Calendar(weeklies=fridays[:2], months=last[:2], quarters=quarters[:4])


def _fridays(after: datetime, weeks: int) -> tuple[datetime, ...]:
    day = after.replace(hour=_EXPIRY_HOUR, minute=0, second=0, microsecond=0)
    day += timedelta(days=(_FRIDAY - day.weekday()) % 7)
    if day <= after:
        day += timedelta(days=7)
    return tuple(day + timedelta(days=7 * week) for week in range(weeks))


def day_month_year(expiry: datetime) -> str:
    """Print a delivery date as Deribit and Bybit do: 4DEC26."""
    return f"{expiry.day}{expiry:%b%y}".upper()


def quarter_code(expiry: datetime) -> str:
    """Print a quarterly delivery as its futures month letter and year: Z26."""
    return {3: "H", 6: "M", 9: "U", 12: "Z"}[expiry.month] + f"{expiry:%y}"
