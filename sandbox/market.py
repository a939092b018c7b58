"""One simulated market: what is listed where, what it is worth, and what is really open.

The same numbers feed the server, :meth:`SimulatedMarket.truth` and the histories, so a reader of
the server that makes no mistake agrees with the truth to the cent.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from oirisk.sandbox.assets import coins
from oirisk.sandbox.chain import Chain
from oirisk.sandbox.instruments import SimulatedInstrument, calendar
from oirisk.sandbox.levels import levels
from oirisk.sandbox.paths import (
    HOUR,
    MIXED,
    TAIL_HOURS,
    ContractPaths,
    Grid,
    coin_paths,
    contract_paths,
)
from oirisk.sandbox.quotes import Bar, Book
from oirisk.sandbox.registry import default_venues
from oirisk.sandbox.states import States
from oirisk.sandbox.tables import bar_table, history_table, instants, truth_table
from oirisk.sandbox.true_positions import closable, holdings, positions_table
from oirisk.sandbox.venue import SimulatedVenue
from oirisk.sandbox.world.contract import (
    LEVERAGES,
    MAIN_COINS,
    Ledgers,
    Population,
    populate,
    with_accounts,
)
from oirisk.sandbox.world.prices import REGIMES
from oirisk.schemas.errors import ConfigurationError

_TAIL = timedelta(hours=TAIL_HOURS)


class SimulatedMarket:
    """A market drawn from a seed; the same arguments give the same market, always.

    The coins are drawn at once, an exchange's contracts when they are first asked for.

    Args:
        seed: What the random paths are drawn from.
        end: Last instant of the window, with a time zone. The market goes on for a day after it.
        days: Length of the window.
        venues: Exchanges to simulate; those that are configured by default if not given.
        regime: What price does: ``trend``, ``range``, ``crash``, or ``mixed`` for some of each.
        leverage: What accounts open with: ``light``, ``mixed`` or ``heavy``.

    Raises:
        ConfigurationError: ``end`` has no time zone, ``seed`` is below 0, ``days`` or ``venues``
            is empty, or the regime or the leverage is unknown.
    """

    def __init__(
        self,
        seed: int = 7,
        *,
        end: datetime,
        days: int = 30,
        venues: Sequence[SimulatedVenue] | None = None,
        regime: str = MIXED,
        leverage: str = MIXED,
    ) -> None:
        """Draw the paths of the coins."""
        venues = default_venues() if venues is None else venues
        if end.tzinfo is None:
            raise ConfigurationError(f"simulated market ends at {end}: a time zone is needed")
        if seed < 0:
            raise ConfigurationError(f"simulated market of seed {seed}: expected 0 or more")
        if days < 1 or not venues:
            raise ConfigurationError(
                f"simulated market of {days} days on {len(venues)} exchanges: at least one of each"
            )
        _require_known("regime", regime, (MIXED, *REGIMES))
        _require_known("leverage", leverage, tuple(LEVERAGES))
        self.end = end
        self.since = end - timedelta(days=days)
        self.venues = tuple(venues)
        self._grid = Grid.ending(end, days)
        self._seed = seed
        listed, dates = coins(), calendar(end + _TAIL)
        self._rank = {coin.name: coin.rank for coin in listed}
        self._coins = coin_paths(listed, self._grid, seed, regime)
        self._population = Population(
            leverage, seed, [it.id for it in self.venues if it.has_accounts]
        )
        self._contracts = {venue.id: venue.list_contracts(listed, dates) for venue in venues}
        amounts = levels(listed, self.venues, self.instruments())
        counts = [len(contracts) for contracts in self._contracts.values()]
        parts = np.split(amounts, np.cumsum(counts)[:-1])
        self._amounts = dict(zip(self._contracts, parts, strict=True))
        self._drawn: dict[str, States] = {}
        self._ledgers: dict[str, Ledgers] = {}
        self._futures: States | None = None
        self._books: dict[str, Book] = {}

    def instruments(self) -> tuple[SimulatedInstrument, ...]:
        """Return every contract of every exchange."""
        return tuple(it for contracts in self._contracts.values() for it in contracts)

    def book(self, venue: str, at: datetime) -> Book:
        """Return one exchange at one instant; the last one asked for is kept.

        Raises:
            ConfigurationError: The instant is outside the simulated window.
        """
        kept = self._books.get(venue)
        if kept is not None and kept.at == at:
            return kept
        position = self._position(at)
        quotes = self._state(venue).quotes(position, at)
        book = Book(at, quotes, holdings(self._ledgers[venue], position))
        self._books[venue] = book
        return book

    def book_of_one(self, venue: str, native: str, at: datetime) -> Book:
        """Return one exchange at one instant with one contract only; empty if it lists none such.

        Raises:
            ConfigurationError: The instant is outside the simulated window.
        """
        kept = self._books.get(venue)
        if kept is not None and kept.at == at:
            return Book(at, tuple(q for q in kept.quotes if q.instrument.native == native))
        rows = [row for row, it in enumerate(self._contracts[venue]) if it.native == native]
        position = self._position(at)
        return Book(at, self._state(venue).select(rows).quotes(position, at) if rows else ())

    def bar_of_one(self, venue: str, native: str, since: datetime, until: datetime) -> Bar | None:
        """Return what one contract did between two instants; None if the exchange lists none such.

        Raises:
            ConfigurationError: An instant is outside the simulated window.
        """
        rows = [row for row, it in enumerate(self._contracts[venue]) if it.native == native]
        first, last = self._position(since), self._position(until)
        return next(iter(self._state(venue).select(rows).bars(first, last)), None) if rows else None

    def is_first(self, book: Book) -> bool:
        """Return whether a book of one contract holds the first of its product line."""
        if not book.quotes:
            return False
        it = book.quotes[0].instrument
        line = (other for other in self._contracts[it.venue] if other.product == it.product)
        return next(line).native == it.native

    def truth(self, at: datetime) -> pl.DataFrame:
        """Return what is really open at an instant, one row per contract.

        Returns:
            Columns venue, product, market_id, symbol, asset, kind, margin, oi_base (coins),
            oi_usd, mark_price (USD per coin), volume_24h_usd, funding_rate; single-sided. Of
            pools also oi_long_base and oi_short_base.

        Raises:
            ConfigurationError: The instant is outside the simulated window.
        """
        return truth_table(
            [quote for venue in self.venues for quote in self.book(venue.id, at).quotes]
        )

    def true_chain(self, asset: str, at: datetime, venues: Sequence[str] = ()) -> Chain:
        """Return the options on a coin at an instant, with everything that they come to.

        Args:
            asset: The coin.
            at: The instant.
            venues: Exchanges; all if none is named.

        Raises:
            ConfigurationError: The instant is outside the window, or nobody lists such options.
        """
        chosen = [venue.id for venue in self.venues if not venues or venue.id in venues]
        chain = Chain.of(asset, at, (q for venue in chosen for q in self.book(venue, at).quotes))
        if not chain.options:
            raise ConfigurationError(f"no options on {asset} are listed by {', '.join(chosen)}")
        return chain

    def true_positions(self, venue: str, symbol: str, at: datetime) -> pl.DataFrame:
        """Return the positions that make up the open interest of one contract at an instant.

        Between the hours a position that is opened or closed counts by the part that is done, so
        that longs and shorts each add up to open interest at every instant.

        Returns:
            One row per position: position (number), side, base (coins), entry_price, leverage,
            liquidation_price (USD per coin; 0 where a fall closes nothing).

        Raises:
            ConfigurationError: The instant is outside the window, or the contract is not made of
                accounts.
        """
        self._state(venue)
        native = next((it.native for it in self._contracts[venue] if it.symbol == symbol), "")
        if native not in self._ledgers[venue]:
            raise ConfigurationError(
                f"{symbol} on {venue} is not made of accounts: the largest linear perpetuals of "
                f"{', '.join(MAIN_COINS)} on {', '.join(self._population.venues)} are"
            )
        return positions_table(self._ledgers[venue][native](), self._position(at))

    def true_liquidation_map(self, asset: str, at: datetime) -> pl.DataFrame:
        """Return what would be closed by force at which price, over all contracts with accounts.

        Returns:
            One row per position that price can close: venue, symbol, side, price, base.

        Raises:
            ConfigurationError: The instant is outside the window, or the coin has no accounts.
        """
        made = with_accounts(self.instruments(), self._population.venues)
        named = [it for it in made if it.asset == asset]
        if not named:
            raise ConfigurationError(f"no contract on {asset} is made of accounts")
        return pl.concat(closable(it, self.true_positions(it.venue, it.symbol, at)) for it in named)

    def history(self, since: datetime, until: datetime, step: timedelta) -> pl.DataFrame:
        """Return open interest of perpetuals and futures every ``step``, both ends included.

        Returns:
            One row per instant and contract: snapshot_at, observed_at, venue, product, symbol,
            asset, kind, margin, oi_contracts, oi_base, oi_usd, mark_price, index_price,
            last_price, volume_24h_base, volume_24h_usd, funding_rate, funding_interval_hours.

        Raises:
            ConfigurationError: The range is outside the window or the step is not positive.
        """
        count = self._count(since, until, step) + 1
        at = [since + number * step for number in range(count)]
        positions = self._grid.positions(at)
        return history_table(self._all_futures(), positions, instants(since, step, count))

    def bars(self, since: datetime, until: datetime, step: timedelta) -> pl.DataFrame:
        """Return price bars of perpetuals and futures that start in [since, until).

        Returns:
            One row per bar and contract: bar_at (its start), interval, venue, symbol, asset,
            open, high, low, close (USD per coin), volume_base (coins), volume_usd.

        Raises:
            ConfigurationError: The range is outside the window, or the step is not whole hours.
        """
        if step < HOUR or step % HOUR:
            raise ConfigurationError(f"bars of {step}: whole hours are needed")
        count = self._count(since, until, step)
        at = [since + number * step for number in range(count)]
        positions = self._grid.positions(at)
        return bar_table(self._all_futures(), positions, instants(since, step, count), step)

    def _state(self, venue: str) -> States:
        """Return the contracts of an exchange with their paths, drawn when first asked for."""
        if venue not in self._drawn:
            contracts = self._contracts[venue]
            rows = np.array([self._rank[it.asset] for it in contracts], dtype=np.intp)
            followed = (self._coins, rows)
            amounts = self._amounts[venue]
            own = contract_paths(contracts, amounts, followed, self._grid, self._seed)
            own, self._ledgers[venue] = populate(
                contracts, own, followed, amounts, self._population
            )
            self._drawn[venue] = States(contracts, rows, self._coins, own)
        return self._drawn[venue]

    def _all_futures(self) -> States:
        """Return the perpetuals and futures of every exchange."""
        if self._futures is None:
            parts = [self._state(venue.id) for venue in self.venues]
            whole = States(
                self.instruments(),
                np.concatenate([part.rows for part in parts]),
                self._coins,
                ContractPaths.stack([part.own for part in parts]),
            )
            chosen = [
                row for row, it in enumerate(whole.contracts) if it.kind in {"perp", "future"}
            ]
            self._futures = whole.select(chosen)
        return self._futures

    def _position(self, at: datetime) -> float:
        self._require_inside(at)
        return float(self._grid.positions([at])[0])

    def _count(self, since: datetime, until: datetime, step: timedelta) -> int:
        if step <= timedelta(0) or until < since:
            raise ConfigurationError(
                f"history from {since} to {until} every {step}: a positive step and an end that "
                "is not before the start are needed"
            )
        self._require_inside(since)
        self._require_inside(until)
        return (until - since) // step

    def _require_inside(self, at: datetime) -> None:
        if not self.since <= at <= self.end + _TAIL:
            raise ConfigurationError(
                f"the simulated market has no {at.isoformat()}: it runs from "
                f"{self.since.isoformat()} to {(self.end + _TAIL).isoformat()}"
            )


def _require_known(name: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        raise ConfigurationError(
            f"a simulated market of {name} {value!r}: choose from {', '.join(known)}"
        )
