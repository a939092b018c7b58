"""What an exchange knows about its contracts at one instant, in exact decimals."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from oirisk.sandbox.instruments import SimulatedInstrument, decimals, milliseconds
from oirisk.sandbox.options import OptionValue, value_option


@dataclass(frozen=True)
class Quote:
    """One contract at one instant; prices are USD per listed base (1000PEPE: per thousand).

    Args:
        instrument: The contract.
        at: The instant.
        size: Single-sided open interest in the unit that the exchange prints.
        mark: Mark price; for an option the forward of its expiry, not the premium.
        index: Index price.
        last: Last price; of an option, that of its underlying.
        before: Last price 24 hours earlier.
        high: Highest price of the last 24 hours.
        low: Lowest price of the last 24 hours.
        volume_base: Listed base traded in 24 hours.
        volume_usd: USD traded in 24 hours.
        funding: Funding rate of one interval; None without funding.
        spread: Half of what lies between an option's best quotes, in volatility; below 0 they
            cross.
        underlying_part: Part of an option's forward that is printed as its underlying's price.
    """

    instrument: SimulatedInstrument
    at: datetime
    size: Decimal
    mark: Decimal
    index: Decimal
    last: Decimal
    before: Decimal
    high: Decimal
    low: Decimal
    volume_base: Decimal
    volume_usd: Decimal
    funding: Decimal | None
    spread: Decimal = Decimal("0.01")
    underlying_part: Decimal = Decimal(1)

    @property
    def now(self) -> int:
        """The instant in milliseconds since the epoch."""
        return milliseconds(self.at)

    @property
    def ask(self) -> Decimal:
        """The best ask, a tick above the last price."""
        return self.last + self.instrument.price_step

    @property
    def bid(self) -> Decimal:
        """The best bid, a tick below the last price."""
        return self.last - self.instrument.price_step

    @property
    def change(self) -> Decimal:
        """What the last price has risen in 24 hours, as a share."""
        return round(self.last / self.before - 1, 6)

    @property
    def rise(self) -> Decimal:
        """What the last price has risen in 24 hours, in USD per listed base."""
        return self.last - self.before

    @property
    def volume(self) -> Decimal:
        """What was traded in 24 hours in what the contract counts: listed base, USD if inverse."""
        return self.volume_base if self.instrument.margin == "linear" else self.volume_usd

    @property
    def turnover(self) -> Decimal:
        """What was traded in 24 hours in the currency of settlement."""
        return self.volume_usd if self.instrument.margin == "linear" else self.volume_base

    @property
    def contracts(self) -> int:
        """Contracts traded in 24 hours."""
        return int(self.volume / self.instrument.contract_size)

    @property
    def contracts_of_option(self) -> int:
        """Contracts of an option traded in 24 hours."""
        return int(self.volume_base / self.instrument.oi_unit)

    @property
    def funding_or_zero(self) -> Decimal:
        """The funding rate, 0 without funding."""
        return self.funding or Decimal(0)

    @cached_property
    def value(self) -> OptionValue:
        """What an option is worth at its forward."""
        return value_option(self.instrument, self.mark, self.at)

    @property
    def premium_usd(self) -> Decimal:
        """The price of an option in USD per coin."""
        return self.value.premium

    @property
    def premium_coins(self) -> Decimal:
        """The price of an option in coins."""
        return round(self.value.premium / self.mark, 8)

    @property
    def premium_bid(self) -> Decimal:
        """The best bid for an option in USD per coin."""
        return round(self.premium_usd * (1 - self.spread), 8)

    @property
    def premium_ask(self) -> Decimal:
        """The best ask for an option in USD per coin."""
        return round(self.premium_usd * (1 + self.spread), 8)

    @property
    def volatility(self) -> Decimal:
        """The implied volatility of an option as a share."""
        return self.value.volatility

    @property
    def bid_volatility(self) -> Decimal:
        """The volatility of the best bid; above that of the ask where quotes cross."""
        return self.volatility - self.spread

    @property
    def ask_volatility(self) -> Decimal:
        """The volatility of the best ask."""
        return self.volatility + self.spread

    @property
    def underlying(self) -> Decimal:
        """The forward of an option as it is printed, which may be an old one."""
        return round(self.mark * self.underlying_part, decimals(self.instrument.price_step))

    @property
    def next_funding(self) -> int:
        """The next funding in milliseconds since the epoch; 0 without funding."""
        interval = (self.instrument.funding_hours or 0) * 3_600_000
        return (self.now // interval + 1) * interval if interval else 0

    @property
    def listed_base(self) -> Decimal:
        """Single-sided open interest in listed base coins."""
        amount = self.size * self.instrument.oi_unit
        return amount / self.mark if self.instrument.is_usd else amount

    @property
    def sides(self) -> tuple[Decimal, Decimal]:
        """The traders' longs and shorts, as the exchange prints sizes; they differ in a pool alone.

        The larger side is the open interest. The last digits of the size say how many hundredths
        of it the other side is, the digit before them which side that is.
        """
        if self.instrument.kind != "pool":
            return self.size, self.size
        steps = self.size / self.instrument.size_step
        which, hundredths = divmod(int(steps), 100)
        other = (steps * hundredths // 100) * self.instrument.size_step
        return (self.size, other) if which % 2 else (other, self.size)

    @property
    def usd(self) -> Decimal:
        """Single-sided open interest in USD; of an option, its coins at the index."""
        amount = self.size * self.instrument.oi_unit
        price = self.index if self.instrument.kind == "option" else self.mark
        return amount if self.instrument.is_usd else amount * price


@dataclass(frozen=True)
class Bar:
    """What one contract did between two instants; prices are USD per listed base.

    Args:
        high: Highest price.
        low: Lowest price.
        base: Listed base traded.
        usd: USD traded.
    """

    high: Decimal
    low: Decimal
    base: Decimal
    usd: Decimal


@dataclass(frozen=True)
class Holding:
    """A position of an account that has an address.

    Args:
        account: Number of the account.
        side: 1 long, -1 short.
        base: Coins.
        entry: Price at which it was opened, USD per coin.
        leverage: Leverage with which.
        liquidation_price: Where it is closed by force; 0 where no fall does.
    """

    account: int
    side: int
    base: float
    entry: float
    leverage: float
    liquidation_price: float


def _nobody(native: str) -> tuple[Holding, ...]:
    del native
    return ()


@dataclass(frozen=True)
class Book:
    """One exchange at one instant.

    Args:
        at: The instant.
        quotes: Its contracts, in listing order.
        holdings: Returns what accounts with an address hold in a contract, by its native name.
    """

    at: datetime
    quotes: tuple[Quote, ...]
    holdings: Callable[[str], tuple[Holding, ...]] = field(default=_nobody, compare=False)

    def of(self, *products: str) -> list[Quote]:
        """Return the quotes of some product lines."""
        return [quote for quote in self.quotes if quote.instrument.product in products]
