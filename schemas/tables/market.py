"""Contracts of the facts beside open interest: who is long, what was liquidated, depth, options."""

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData

from oirisk.schemas.columns import (
    COIN,
    RECORDED,
    RUN,
    SIMULATED,
    SNAPSHOT,
    SUPERSEDED,
    SYMBOL,
    VENUE,
    Table,
    UtcTimestamp,
    amount,
    column,
    finite,
    fraction,
)

MEASURES = ("account", "top_account", "top_position", "taker")
SIDES = ("long", "short")
BOOK_SIDES = ("bid", "ask")
SOURCES = ("live", "history", "import")
TIER_SOURCES = ("live", "table")
UNDERLYING_KINDS = ("forward", "spot")
DELTA_CONVENTIONS = ("black", "premium_adjusted")


class PositioningTable(
    Table,
    name="core.positioning",
    key=("at", "venue", "symbol", "measure", "period", "recorded_at"),
    method="M13",
):
    """Shares of longs and shorts among accounts, top traders or takers, as an exchange tells them.

    Grain: one row per at, venue, symbol, measure, period and recorded_at; superseded_at is null
    on the current one.
    """

    at: UtcTimestamp = column("the exchange's time of the figure")
    venue: str = column(VENUE)
    symbol: str = column(SYMBOL)
    asset: str = column(COIN)
    measure: str = column(
        "account: all accounts, top_account and top_position: top traders by accounts and by "
        "position size, taker: aggressive volume",
        isin=MEASURES,
    )
    period: str = column("length of time the figure speaks of: 5m, 1h, 1d")
    long_share: float = fraction("share of longs, or of buying takers")
    short_share: float = fraction("share of shorts, or of selling takers")
    long_base: float = amount("amount behind the long share; null where not told", nullable=True)
    short_base: float = amount("amount behind the short share; null where not told", nullable=True)
    source: str = column("where it came from", isin=SOURCES)
    is_simulated: bool = column(SIMULATED)
    run_id: str = column(RUN)
    recorded_at: UtcTimestamp = column(RECORDED, method="M37")
    superseded_at: UtcTimestamp = column(SUPERSEDED, method="M37", nullable=True)


class LiquidationsTable(
    Table,
    name="core.liquidations",
    key=("at", "venue", "symbol", "side", "price", "base", "coverage", "event_id", "recorded_at"),
    method="M39",
):
    """Forced closings, by the side that lost.

    Grain: one row per at, venue, symbol, side, price, base, coverage, event_id and recorded_at.
    """

    at: UtcTimestamp = column("when it happened, or start of the span it sums")
    venue: str = column(VENUE)
    symbol: str = column(SYMBOL)
    asset: str = column(COIN)
    side: str = column("the side that lost", isin=SIDES)
    price: float = amount("price it was closed at; null for sums", nullable=True)
    base: float = amount("size closed")
    usd: float = amount("size closed; null without a price", nullable=True)
    coverage: str = column(
        "complete: the source tells every liquidation, lower_bound: it may leave some out",
        isin=["complete", "lower_bound"],
    )
    event_id: str = column("the exchange's own number; empty where it gives none")
    span_seconds: float = amount("length of time summed; 0 for single events")
    source: str = column("where it came from", isin=SOURCES)
    is_simulated: bool = column(SIMULATED)
    run_id: str = column(RUN)
    recorded_at: UtcTimestamp = column(RECORDED, method="M37")
    superseded_at: UtcTimestamp = column(SUPERSEDED, method="M37", nullable=True)


class DepthTable(
    Table,
    name="core.depth",
    key=("snapshot_at", "venue", "symbol", "band", "side", "recorded_at"),
    method="M16",
):
    """What rests in an order book within a band around the middle.

    Grain: one row per snapshot_at, venue, symbol, band, side and recorded_at.
    """

    snapshot_at: UtcTimestamp = column(SNAPSHOT)
    venue: str = column(VENUE)
    symbol: str = column(SYMBOL)
    asset: str = column(COIN)
    band: float = column("distance from the middle", unit="fraction", gt=0, lt=1)
    side: str = column("bid or ask", isin=BOOK_SIDES)
    base: float = amount("size resting")
    usd: float = amount("value resting")
    truncated: bool = column("whether the book sent ended inside the band, so there may be more")
    is_simulated: bool = column(SIMULATED)
    run_id: str = column(RUN)
    recorded_at: UtcTimestamp = column(RECORDED, method="M37")
    superseded_at: UtcTimestamp = column(SUPERSEDED, method="M37", nullable=True)


class LeverageTiersTable(
    Table,
    name="core.leverage_tiers",
    key=("as_of", "venue", "symbol", "floor_usd", "floor_base", "recorded_at"),
    method="M20",
):
    """Leverage and maintenance margin by size of position.

    Grain: one row per as_of, venue, symbol, floor and recorded_at; sizes are in USD or in coins,
    whichever the exchange states.
    """

    venue: str = column(VENUE)
    symbol: str = column(SYMBOL)
    asset: str = column(COIN)
    floor_usd: float = amount("least size of the tier; null where told in coins", nullable=True)
    cap_usd: float = amount(
        "largest size of the tier; null where told in coins or without end", nullable=True
    )
    floor_base: float = amount("least size of the tier; null where told in USD", nullable=True)
    cap_base: float = amount(
        "largest size of the tier; null where told in USD or without end", nullable=True
    )
    max_leverage: float = amount("null when not stated", nullable=True)
    maintenance_margin_rate: float = fraction("null when not stated", nullable=True)
    maintenance_amount: float = amount(
        "taken off the maintenance margin in this tier; null when not stated",
        unit="USD",
        nullable=True,
    )
    as_of: UtcTimestamp = column("when it was told")
    source: str = column(
        "live: told by the exchange, table: a dated table shipped with oirisk", isin=TIER_SOURCES
    )
    is_simulated: bool = column(SIMULATED)
    run_id: str = column(RUN)
    recorded_at: UtcTimestamp = column(RECORDED, method="M37")
    superseded_at: UtcTimestamp = column(SUPERSEDED, method="M37", nullable=True)

    @pa.check("cap_usd", name="above_the_floor")
    def _usd_above(cls, data: PolarsData) -> pl.LazyFrame:  # noqa: N805 -- pandera's convention
        return data.lazyframe.select(
            (pl.col("cap_usd") > pl.col("floor_usd")).fill_null(value=True)
        )

    @pa.check("cap_base", name="above_the_floor")
    def _base_above(cls, data: PolarsData) -> pl.LazyFrame:  # noqa: N805
        return data.lazyframe.select(
            (pl.col("cap_base") > pl.col("floor_base")).fill_null(value=True)
        )


class OptionsTable(
    Table, name="core.options", key=("snapshot_at", "venue", "symbol", "recorded_at"), method="M29"
):
    """Implied volatility and greeks of one option at one snapshot.

    Grain: one row per snapshot_at, venue, symbol and recorded_at.
    """

    snapshot_at: UtcTimestamp = column(SNAPSHOT)
    observed_at: UtcTimestamp = column("the exchange's own time, else when the response came")
    venue: str = column(VENUE)
    symbol: str = column(SYMBOL)
    asset: str = column(COIN)
    expiry: UtcTimestamp = column("end of trading; null of perpetual options", nullable=True)
    strike: float = amount("strike price", unit="USD per coin")
    option_type: str = column("call or put", isin=["call", "put"])
    mark_iv: float = amount(
        "implied volatility a year, 0.6 is 60 %; null when not sent", unit="fraction", nullable=True
    )
    bid_iv: float = amount(
        "implied volatility of the best bid; null without a bid or when not sent",
        unit="fraction",
        nullable=True,
    )
    ask_iv: float = amount(
        "implied volatility of the best ask; null without an ask or when not sent",
        unit="fraction",
        nullable=True,
    )
    delta: float = column(
        "change of value by one coin, as the exchange told it: delta_convention says which of the "
        "two; beyond 1 where it is by spot and the forward is above that; null when not sent",
        unit="coin per coin",
        method="M30",
        nullable=True,
        ge=-1.5,
        le=1.5,
    )
    delta_convention: str = column(
        "black: change of the value in USD; premium_adjusted: of the value in coins, which is less "
        "by the premium in coins; null without a delta",
        method="M30",
        nullable=True,
        isin=DELTA_CONVENTIONS,
    )
    gamma: float = finite(
        "change of delta; null when not sent", unit="coin per coin and USD", method="M30"
    )
    vega: float = finite(
        "by volatility; null when not sent", unit="USD per coin and point", method="M30"
    )
    theta: float = finite("by time; null when not sent", unit="USD per coin and day", method="M30")
    mark_price: float = amount("premium; null when not sent", nullable=True)
    underlying_price: float = amount("price of the underlying; null when not sent", nullable=True)
    underlying_kind: str = column(
        "what underlying_price is, as the exchange means it: the forward of that expiry, or spot, "
        "which most call index; null without a price, or where nobody says",
        nullable=True,
        isin=UNDERLYING_KINDS,
    )
    oi_base: float = amount("null when not sent", nullable=True)
    oi_usd: float = amount("at the index, or as the exchange told it; null without", nullable=True)
    is_simulated: bool = column(SIMULATED)
    run_id: str = column(RUN)
    recorded_at: UtcTimestamp = column(RECORDED, method="M37")
    superseded_at: UtcTimestamp = column(SUPERSEDED, method="M37", nullable=True)


class ObservedPositionsTable(
    Table,
    name="core.observed_positions",
    key=("snapshot_at", "venue", "account", "symbol", "recorded_at"),
    method="M22",
):
    """Positions that an exchange shows to everyone.

    Grain: one row per snapshot_at, venue, account, symbol and recorded_at.
    """

    snapshot_at: UtcTimestamp = column(SNAPSHOT)
    venue: str = column(VENUE)
    account: str = column("public address of the account")
    symbol: str = column(SYMBOL)
    asset: str = column(COIN)
    side: str = column("long or short", isin=SIDES)
    base: float = amount("size")
    entry_price: float = amount("null when not sent", nullable=True)
    leverage: float = amount("null when not sent", nullable=True)
    liquidation_price: float = amount("null when not sent", nullable=True)
    is_simulated: bool = column(SIMULATED)
    run_id: str = column(RUN)
    recorded_at: UtcTimestamp = column(RECORDED, method="M37")
    superseded_at: UtcTimestamp = column(SUPERSEDED, method="M37", nullable=True)


class BackfillTable(Table, name="ops.backfill", key=("venue", "symbol", "kind")):
    """How far a backfill has come. Grain: one row per venue, symbol and kind."""

    venue: str = column(VENUE)
    symbol: str = column(SYMBOL)
    kind: str = column("what is filled: open_interest, bars, positioning")
    since: UtcTimestamp = column("first instant that was asked for")
    done_until: UtcTimestamp = column("everything before is stored, as far as told")
    row_count: pl.Int32 = column("rows stored so far", ge=0)
    state: str = column("how it stands", isin=["running", "done", "refused"])
    note: str = column("what the exchange cannot provide; null if nothing", nullable=True)
    updated_at: UtcTimestamp = column("when this was written")
