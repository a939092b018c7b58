"""Contracts of the facts beside open interest: who is long, what was liquidated, depth, options."""

from collections.abc import Mapping
from types import MappingProxyType

import pandera.polars as pa
import polars as pl

from oirisk.schemas.columns import Table, UtcTimestamp, amount, column, fraction

MEASURES = ("account", "top_account", "top_position", "taker")
SIDES = ("long", "short")
BOOK_SIDES = ("bid", "ask")
SOURCES = ("live", "history", "import")
TIER_SOURCES = ("live", "table")

_VENUE = "ccxt id of the exchange"
_SYMBOL = "unified ccxt symbol"
_ASSET = "canonical base coin, BTC not XBT, PEPE not 1000PEPE"
_RUN = "run that stored it"
_RECORDED = "when the row was stored"
_SUPERSEDED = "when a correction replaced it; null while current"
_SIMULATED = "whether it comes from the simulated exchanges"


class PositioningTable(Table):
    """Shares of longs and shorts among accounts, top traders or takers, as an exchange tells them.

    Grain: one row per at, venue, symbol, measure, period and recorded_at; superseded_at is null
    on the current one.
    """

    at: UtcTimestamp = column("the exchange's time of the figure", unit="UTC")
    venue: str = column(_VENUE)
    symbol: str = column(_SYMBOL)
    asset: str = column(_ASSET)
    measure: str = column(
        "account: all accounts, top_account and top_position: top traders by accounts and by "
        "position size, taker: aggressive volume",
        method="M13",
        isin=MEASURES,
    )
    period: str = column("length of time the figure speaks of: 5m, 1h, 1d")
    long_share: float = fraction("share of longs, or of buying takers", method="M13")
    short_share: float = fraction("share of shorts, or of selling takers", method="M13")
    long_base: float = amount(
        "amount behind the long share; null where not told", unit="coin", nullable=True
    )
    short_base: float = amount(
        "amount behind the short share; null where not told", unit="coin", nullable=True
    )
    source: str = column("where it came from", isin=SOURCES)
    is_simulated: bool = column(_SIMULATED)
    run_id: str = column(_RUN)
    recorded_at: UtcTimestamp = column(_RECORDED, unit="UTC", method="M37")
    superseded_at: UtcTimestamp = column(_SUPERSEDED, unit="UTC", method="M37", nullable=True)

    class Config:
        """One row per grain."""

        unique = ["at", "venue", "symbol", "measure", "period", "recorded_at"]  # noqa: RUF012


class LiquidationsTable(Table):
    """Forced closings, by the side that lost.

    Grain: one row per at, venue, symbol, side, price, base, coverage, event_id and recorded_at.
    """

    at: UtcTimestamp = column("when it happened, or start of the span it sums", unit="UTC")
    venue: str = column(_VENUE)
    symbol: str = column(_SYMBOL)
    asset: str = column(_ASSET)
    side: str = column("the side that lost", method="M39", isin=SIDES)
    price: float = amount(
        "price it was closed at; null for sums", unit="USD per coin", nullable=True
    )
    base: float = amount("size closed", unit="coin", method="M39")
    usd: float = amount(
        "size closed; null without a price", unit="USD", method="M39", nullable=True
    )
    coverage: str = column(
        "complete: the source tells every liquidation, lower_bound: it may leave some out",
        method="M39",
        isin=["complete", "lower_bound"],
    )
    event_id: str = column("the exchange's own number; empty where it gives none")
    span_seconds: float = amount("length of time summed; 0 for single events", unit="seconds")
    source: str = column("where it came from", isin=SOURCES)
    is_simulated: bool = column(_SIMULATED)
    run_id: str = column(_RUN)
    recorded_at: UtcTimestamp = column(_RECORDED, unit="UTC", method="M37")
    superseded_at: UtcTimestamp = column(_SUPERSEDED, unit="UTC", method="M37", nullable=True)


class DepthTable(Table):
    """What rests in an order book within a band around the middle.

    Grain: one row per snapshot_at, venue, symbol, band, side and recorded_at.
    """

    snapshot_at: UtcTimestamp = column("scheduled instant of the run", unit="UTC")
    venue: str = column(_VENUE)
    symbol: str = column(_SYMBOL)
    asset: str = column(_ASSET)
    band: float = column("distance from the middle", unit="fraction", gt=0, lt=1)
    side: str = column("bid or ask", isin=BOOK_SIDES)
    base: float = amount("size resting", unit="coin")
    usd: float = amount("value resting", unit="USD")
    truncated: bool = column("whether the book sent ended inside the band, so there may be more")
    is_simulated: bool = column(_SIMULATED)
    run_id: str = column(_RUN)
    recorded_at: UtcTimestamp = column(_RECORDED, unit="UTC", method="M37")
    superseded_at: UtcTimestamp = column(_SUPERSEDED, unit="UTC", method="M37", nullable=True)

    class Config:
        """One row per grain."""

        unique = ["snapshot_at", "venue", "symbol", "band", "side", "recorded_at"]  # noqa: RUF012


class LeverageTiersTable(Table):
    """Leverage and maintenance margin by size of position.

    Grain: one row per as_of, venue, symbol, floor and recorded_at; sizes are in USD or in coins,
    whichever the exchange states.
    """

    venue: str = column(_VENUE)
    symbol: str = column(_SYMBOL)
    asset: str = column(_ASSET)
    floor_usd: float = amount(
        "least size of the tier; null where told in coins", unit="USD", nullable=True
    )
    cap_usd: float = amount(
        "largest size of the tier; null where told in coins or without end",
        unit="USD",
        nullable=True,
    )
    floor_base: float = amount(
        "least size of the tier; null where told in USD", unit="coin", nullable=True
    )
    cap_base: float = amount(
        "largest size of the tier; null where told in USD or without end",
        unit="coin",
        nullable=True,
    )
    max_leverage: float = amount("null when not stated", unit="ratio", nullable=True)
    maintenance_margin_rate: float = fraction("null when not stated", nullable=True)
    maintenance_amount: float = amount(
        "taken off the maintenance margin in this tier; null when not stated",
        unit="USD",
        nullable=True,
    )
    as_of: UtcTimestamp = column("when it was told", unit="UTC")
    source: str = column(
        "live: told by the exchange, table: a dated table shipped with oirisk", isin=TIER_SOURCES
    )
    is_simulated: bool = column(_SIMULATED)
    run_id: str = column(_RUN)
    recorded_at: UtcTimestamp = column(_RECORDED, unit="UTC", method="M37")
    superseded_at: UtcTimestamp = column(_SUPERSEDED, unit="UTC", method="M37", nullable=True)


class OptionsTable(Table):
    """Implied volatility and greeks of one option at one snapshot.

    Grain: one row per snapshot_at, venue, symbol and recorded_at.
    """

    snapshot_at: UtcTimestamp = column("scheduled instant of the run", unit="UTC")
    observed_at: UtcTimestamp = column(
        "the exchange's own time, else when the response came", unit="UTC"
    )
    venue: str = column(_VENUE)
    symbol: str = column(_SYMBOL)
    asset: str = column(_ASSET)
    expiry: UtcTimestamp = column("end of trading", unit="UTC")
    strike: float = amount("strike price", unit="USD per coin")
    option_type: str = column("call or put", isin=["call", "put"])
    mark_iv: float = amount(
        "implied volatility a year, 0.6 is 60 %; null when not sent", unit="fraction", nullable=True
    )
    delta: float = column(
        "change of value by one coin; null when not sent",
        unit="coin per coin",
        method="M30",
        nullable=True,
        ge=-1,
        le=1,
    )
    gamma: float = column(
        "change of delta; null when not sent",
        unit="coin per coin and USD",
        method="M30",
        nullable=True,
    )
    vega: float = column(
        "by volatility; null when not sent",
        unit="USD per coin and point",
        method="M30",
        nullable=True,
    )
    theta: float = column(
        "by time; null when not sent", unit="USD per coin and day", method="M30", nullable=True
    )
    mark_price: float = amount("premium; null when not sent", unit="USD per coin", nullable=True)
    underlying_price: float = amount(
        "price of the underlying; null when not sent", unit="USD per coin", nullable=True
    )
    oi_base: float = amount("null when not sent", unit="coin", nullable=True)
    oi_usd: float = amount("at the underlying's price; null without", unit="USD", nullable=True)
    is_simulated: bool = column(_SIMULATED)
    run_id: str = column(_RUN)
    recorded_at: UtcTimestamp = column(_RECORDED, unit="UTC", method="M37")
    superseded_at: UtcTimestamp = column(_SUPERSEDED, unit="UTC", method="M37", nullable=True)

    class Config:
        """One row per grain."""

        unique = ["snapshot_at", "venue", "symbol", "recorded_at"]  # noqa: RUF012


class ObservedPositionsTable(Table):
    """Positions that an exchange shows to everyone.

    Grain: one row per snapshot_at, venue, account, symbol and recorded_at.
    """

    snapshot_at: UtcTimestamp = column("scheduled instant of the run", unit="UTC")
    venue: str = column(_VENUE)
    account: str = column("public address of the account")
    symbol: str = column(_SYMBOL)
    asset: str = column(_ASSET)
    side: str = column("long or short", isin=SIDES)
    base: float = amount("size", unit="coin")
    entry_price: float = amount("null when not sent", unit="USD per coin", nullable=True)
    leverage: float = amount("null when not sent", unit="ratio", nullable=True)
    liquidation_price: float = amount("null when not sent", unit="USD per coin", nullable=True)
    is_simulated: bool = column(_SIMULATED)
    run_id: str = column(_RUN)
    recorded_at: UtcTimestamp = column(_RECORDED, unit="UTC", method="M37")
    superseded_at: UtcTimestamp = column(_SUPERSEDED, unit="UTC", method="M37", nullable=True)

    class Config:
        """One row per grain."""

        unique = ["snapshot_at", "venue", "account", "symbol", "recorded_at"]  # noqa: RUF012


class BackfillTable(Table):
    """How far a backfill has come. Grain: one row per venue, symbol and kind."""

    venue: str = column(_VENUE)
    symbol: str = column(_SYMBOL)
    kind: str = column("what is filled: open_interest, bars, positioning")
    since: UtcTimestamp = column("first instant that was asked for", unit="UTC")
    done_until: UtcTimestamp = column("everything before is stored, as far as told", unit="UTC")
    row_count: pl.Int32 = column("rows stored so far", unit="count", ge=0)
    state: str = column("how it stands", isin=["running", "done", "refused"])
    note: str = column("what the exchange cannot provide; null if nothing", nullable=True)
    updated_at: UtcTimestamp = column("when this was written", unit="UTC")

    class Config:
        """One row per grain."""

        unique = ["venue", "symbol", "kind"]  # noqa: RUF012


MARKET_TABLES: Mapping[str, type[pa.DataFrameModel]] = MappingProxyType(
    {
        "core.positioning": PositioningTable,
        "core.liquidations": LiquidationsTable,
        "core.depth": DepthTable,
        "core.leverage_tiers": LeverageTiersTable,
        "core.options": OptionsTable,
        "core.observed_positions": ObservedPositionsTable,
        "ops.backfill": BackfillTable,
    }
)
