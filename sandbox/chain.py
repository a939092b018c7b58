"""What options of the simulated market come to: the truth that desks' figures are compared with.

Everything is computed option by option from the smiles and the printed open interest, in plain
arithmetic: exact decimals where they suffice, and the error function for the normal distribution.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property

import polars as pl

from oirisk.sandbox.quotes import Quote
from oirisk.sandbox.world.smiles import Smile, smile
from oirisk.schemas.columns import UTC_MICROSECONDS, Dtype

FLIP_RANGE = (0.5, 2.0)
"""Parts of the price now between which net gamma is looked at."""

_FLIP_STEPS = 3000
_HALVINGS = 100
_ONE_PERCENT = 0.01
_ROOT_OF_TWO = math.sqrt(2)
_ROOT_OF_TWO_PI = math.sqrt(2 * math.pi)

_TABLE: dict[str, Dtype] = {
    "venue": pl.String,
    "symbol": pl.String,
    "asset": pl.String,
    "expiry": UTC_MICROSECONDS,
    "strike": pl.Float64,
    "option_type": pl.String,
    "oi_base": pl.Float64,
    "oi_usd": pl.Float64,
    "volume_24h_base": pl.Float64,
    "index_price": pl.Float64,
    "forward": pl.Float64,
    "mark_iv": pl.Float64,
    "bid_iv": pl.Float64,
    "ask_iv": pl.Float64,
    "premium": pl.Float64,
    "delta": pl.Float64,
    "gamma": pl.Float64,
    "vega": pl.Float64,
    "theta": pl.Float64,
}


@dataclass(frozen=True)
class TrueOption:
    """One option at one instant, as it is; prices in USD per coin.

    Args:
        quote: What its exchange knows.
        strike: Strike price.
        expiry: End of trading.
        is_call: Whether it is a call.
        coins: Open interest, single-sided.
    """

    quote: Quote
    strike: Decimal
    expiry: datetime
    is_call: bool
    coins: Decimal

    @classmethod
    def of(cls, quote: Quote) -> "TrueOption":
        """Read an option.

        Raises:
            ValueError: The contract is no option.
        """
        it = quote.instrument
        if it.strike is None or it.expiry is None:
            raise ValueError(f"{it.native} is a {it.kind}: an option was needed")
        is_call = it.option_type == "call"
        return cls(quote, it.strike, it.expiry, is_call, quote.listed_base * it.base_multiplier)

    @property
    def forward(self) -> Decimal:
        """The price that it is priced at."""
        return self.quote.mark

    @property
    def is_out_of_money(self) -> bool:
        """Whether its strike is beyond its forward."""
        return self.strike > self.forward if self.is_call else self.strike < self.forward

    def row(self) -> tuple[object, ...]:
        """Return its row of :meth:`Chain.table`."""
        quote, it = self.quote, self.quote.instrument
        told = (self.strike, self.coins, quote.usd, quote.volume_base, quote.index, quote.mark)
        strike, coins, usd, volume, index, forward = (float(value) for value in told)
        worth = quote.value
        return (
            it.venue, it.symbol, it.asset, self.expiry, strike, it.option_type, coins, usd, volume,
            index, forward,
            *(float(iv) for iv in (worth.volatility, quote.bid_volatility, quote.ask_volatility)),
            *(float(x) for x in (worth.premium, worth.delta, worth.gamma, worth.vega, worth.theta)),
        )  # fmt: skip

    def gamma_usd(self, factor: float = 1.0) -> float:
        """Return what its holders' delta is worth more after a rise of 1 %, in USD.

        Args:
            factor: What its forward is multiplied by; its volatility stays.
        """
        volatility = float(self.quote.value.volatility)
        years = smile(self.quote.instrument.asset, self.expiry, self.quote.at).years
        price, deviation = factor * float(self.forward), volatility * math.sqrt(years)
        high = math.log(price / float(self.strike)) / deviation + deviation / 2
        density = math.exp(-high * high / 2) / _ROOT_OF_TWO_PI
        return density / deviation * price * float(self.coins) * _ONE_PERCENT


@dataclass(frozen=True)
class Chain:
    """Options on one coin, of one exchange or of several, of one expiry or of all.

    Args:
        asset: The coin.
        at: The instant.
        options: The options.
    """

    asset: str
    at: datetime
    options: tuple[TrueOption, ...]

    @classmethod
    def of(cls, asset: str, at: datetime, quotes: Iterable[Quote]) -> "Chain":
        """Take the options on a coin out of quotes."""
        chosen = (q for q in quotes if q.instrument.kind == "option")
        return cls(
            asset, at, tuple(TrueOption.of(q) for q in chosen if q.instrument.asset == asset)
        )

    def where(self, keep: Callable[[TrueOption], bool]) -> "Chain":
        """Return the part of the chain that a condition holds for."""
        return Chain(self.asset, self.at, tuple(it for it in self.options if keep(it)))

    def expiring(self, expiry: datetime) -> "Chain":
        """Return the options of one expiry."""
        return self.where(lambda it: it.expiry == expiry)

    def on(self, venue: str) -> "Chain":
        """Return the options of one exchange."""
        return self.where(lambda it: it.quote.instrument.venue == venue)

    @property
    def expiries(self) -> tuple[datetime, ...]:
        """The expiries, soonest first."""
        return tuple(sorted({it.expiry for it in self.options}))

    def table(self) -> pl.DataFrame:
        """Return the options one by one, also those of which nothing is open.

        Returns:
            Columns venue, symbol, asset, expiry, strike, option_type, oi_base, oi_usd (coins at the
            index), volume_24h_base, index_price, forward, mark_iv, bid_iv, ask_iv (fractions a
            year), premium (USD per coin), delta (Black 1976, by the forward), gamma, vega (a
            point), theta (a day).
        """
        return pl.DataFrame([it.row() for it in self.options], schema=_TABLE, orient="row")

    @cached_property
    def by_strike(self) -> dict[Decimal, tuple[Decimal, Decimal]]:
        """Open interest of calls and of puts in coins, by strike in order."""
        calls: dict[Decimal, Decimal] = defaultdict(Decimal)
        puts: dict[Decimal, Decimal] = defaultdict(Decimal)
        for it in self.options:
            (calls if it.is_call else puts)[it.strike] += it.coins
        return {strike: (calls[strike], puts[strike]) for strike in sorted({*calls, *puts})}

    def coins(self) -> tuple[Decimal, Decimal]:
        """Return open interest of calls and of puts in coins."""
        rows = self.by_strike.values()
        return sum((row[0] for row in rows), Decimal()), sum((row[1] for row in rows), Decimal())

    def put_call_ratio(self) -> Decimal:
        """Return open interest of puts over that of calls (M28).

        Raises:
            ZeroDivisionError: No call is open.
        """
        calls, puts = self.coins()
        if not calls:
            raise ZeroDivisionError(f"no call on {self.asset} is open")
        return puts / calls

    def out_of_money(self) -> "Chain":
        """Return the options whose strike is beyond their forward."""
        return self.where(lambda it: it.is_out_of_money)

    def oi_skew(self) -> Decimal:
        """Return how much more of calls than of puts is open out of the money, as a share (M33).

        Raises:
            ZeroDivisionError: Nothing is open out of the money.
        """
        calls, puts = self.out_of_money().coins()
        if not calls + puts:
            raise ZeroDivisionError(f"nothing on {self.asset} is open out of the money")
        return (calls - puts) / (calls + puts)

    def pain(self, price: Decimal) -> Decimal:
        """Return what all options pay to their holders at a price, in USD."""
        return sum(
            (
                calls * max(price - strike, Decimal()) + puts * max(strike - price, Decimal())
                for strike, (calls, puts) in self.by_strike.items()
            ),
            Decimal(),
        )

    def max_pain(self) -> tuple[Decimal, Decimal]:
        """Return the listed strikes between which options pay least; most often one twice (M27)."""
        pains = {strike: self.pain(strike) for strike in self.by_strike}
        least = [strike for strike, pain in pains.items() if pain == min(pains.values())]
        return least[0], least[-1]

    def max_pain_in_coins(self) -> Decimal:
        """Return the lowest strike at which options pay fewest coins."""
        return min(self.by_strike, key=lambda strike: (self.pain(strike) / strike, strike))

    def gamma_gross(self) -> float:
        """Return gamma of everything open, in USD for a move of 1 %, whoever holds it (M31)."""
        return math.fsum(it.gamma_usd() for it in self.options)

    def gamma_net(self, calls: int = 1, puts: int = -1, factor: float = 1.0) -> float:
        """Return gamma of an assumed dealer, in USD for a move of 1 %.

        Args:
            calls: 1 if it is long the calls, -1 if short.
            puts: The same of puts.
            factor: What all prices are multiplied by.
        """
        return math.fsum(
            (calls if it.is_call else puts) * it.gamma_usd(factor) for it in self.options
        )

    def delta_exposure(self) -> float:
        """Return the coins that behave as everything open does (M31)."""
        return math.fsum(float(it.quote.value.delta * it.coins) for it in self.options)

    def gamma_flips(self) -> list[float]:
        """Return the parts of the price at which net gamma changes its sign, in order.

        Dealers are taken to be long calls and short puts. Nearest to 1 is the one that is meant by
        the flip.
        """
        lowest, highest = (math.log(part) for part in FLIP_RANGE)
        width = (highest - lowest) / _FLIP_STEPS
        places = [math.exp(lowest + width * step) for step in range(_FLIP_STEPS + 1)]
        nets = [self.gamma_net(factor=place) for place in places]
        return [
            _root(lambda part: self.gamma_net(factor=part), *places[step : step + 2])
            for step in range(_FLIP_STEPS)
            if nets[step] * nets[step + 1] < 0
        ]

    def smile(self, expiry: datetime) -> "TrueSmile":
        """Return what the smile of one expiry comes to."""
        return TrueSmile(smile(self.asset, expiry, self.at))


@dataclass(frozen=True)
class TrueSmile:
    """What desks quote of a smile; strikes are parts of the forward (M32).

    Args:
        smile: The smile.
    """

    smile: Smile

    @property
    def at_the_money(self) -> float:
        """Volatility at the forward."""
        return self.smile.volatility(1.0)

    def strike(self, delta: float) -> float:
        """Return the strike of a call of some delta, or with one below 0 of a put."""
        wanted = delta if delta > 0 else 1 + delta
        root = math.sqrt(self.smile.years)

        def beyond(strike: float) -> float:
            deviation = self.smile.volatility(strike) * root
            high = -math.log(strike) / deviation + deviation / 2
            return math.erfc(-high / _ROOT_OF_TWO) / 2 - wanted

        return _root(beyond, 0.05, 20.0)

    @property
    def wings(self) -> tuple[float, float]:
        """Volatility of the call of delta 0.25, and of the put of -0.25."""
        return self.smile.volatility(self.strike(0.25)), self.smile.volatility(self.strike(-0.25))

    @property
    def risk_reversal(self) -> float:
        """Volatility of the call less that of the put; below 0 where puts are dear."""
        call, put = self.wings
        return call - put

    @property
    def butterfly(self) -> float:
        """What the two are above the money on average."""
        return sum(self.wings) / 2 - self.at_the_money


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """Halve a bracket of a change of sign until nothing is left of it."""
    is_rising = function(low) < function(high)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if (function(middle) < 0) == is_rising else (low, middle)
    return (low + high) / 2
