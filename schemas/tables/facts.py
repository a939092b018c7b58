"""Contracts of the facts: one row is one observed fact; nothing is ever overwritten."""

from oirisk.schemas.columns import (
    COIN,
    RECORDED,
    RUN,
    SIMULATED,
    SNAPSHOT,
    SYMBOL,
    VENUE,
    Table,
    UtcTimestamp,
    amount,
    column,
)

KINDS = ("perp", "future", "option", "pool")
MARGINS = ("linear", "inverse", "quanto")

_KIND = "perpetual, dated future, option, or perpetual against a pool"


class InstrumentsTable(
    Table, name="core.instruments", key=("venue", "symbol", "valid_from"), method="M02"
):
    """What each exchange lists, with history: a change of terms is a new row.

    Grain: one row per venue, symbol and valid_from.
    """

    venue: str = column(VENUE)
    symbol: str = column(SYMBOL)
    market_id: str = column("the exchange's own name of it")
    product: str = column("product line of the exchange it belongs to")
    asset: str = column(COIN)
    base_multiplier: float = column("coins per listed base: 1000 for 1000PEPE", gt=0)
    quote: str = column("currency of the price")
    settle: str = column("currency of margin and settlement")
    kind: str = column(_KIND, isin=KINDS)
    margin: str = column(
        "linear: margined in USD or stablecoins, inverse: in the coin, quanto: in another; "
        "what is open against a pool counts coins and is linear, whatever the collateral",
        isin=MARGINS,
    )
    contract_size: float = amount(
        "size of one contract, in contract_size_unit; null when not stated",
        unit="listed base or USD",
        nullable=True,
    )
    contract_size_unit: str = column("base or usd; null without a size", nullable=True)
    expiry: UtcTimestamp = column("end of trading; null for perpetuals", nullable=True)
    strike: float = amount("options only", unit="USD per coin", nullable=True)
    option_type: str = column("call or put; options only", nullable=True)
    max_leverage: float = amount("null when not stated", nullable=True)
    listed_at: UtcTimestamp = column("start of trading; null when not stated", nullable=True)
    is_active: bool = column("whether it can be traded")
    valid_from: UtcTimestamp = column("since when these terms hold")
    valid_to: UtcTimestamp = column("until when, exclusive; null while they hold", nullable=True)


class OpenInterestTable(
    Table,
    name="core.open_interest",
    key=("snapshot_at", "venue", "symbol", "recorded_at"),
    method="M02",
):
    """Open interest of one instrument at one snapshot, single-sided, as it was accepted.

    Grain: one row per snapshot_at, venue, symbol and recorded_at; superseded_at is null on the
    current one.
    """

    snapshot_at: UtcTimestamp = column(SNAPSHOT)
    observed_at: UtcTimestamp = column("the exchange's own time, else when the response came")
    recorded_at: UtcTimestamp = column(RECORDED, method="M37")
    superseded_at: UtcTimestamp = column(
        "when a correction replaced it; null while current", method="M37", nullable=True
    )
    run_id: str = column(RUN)
    venue: str = column(VENUE)
    symbol: str = column(SYMBOL)
    asset: str = column(COIN)
    kind: str = column(_KIND, isin=KINDS)
    margin: str = column("linear, inverse or quanto", isin=MARGINS)
    oi_contracts: float = amount("null where not stated", unit="contracts", nullable=True)
    oi_base: float = amount(
        "open interest, of a pool the larger side; null where only its USD is known, then quality "
        "is suspect",
        nullable=True,
    )
    oi_usd: float = amount("open interest; null without a price", nullable=True)
    mark_price: float = amount(
        "null when not sent, and for options, whose own mark is a premium; an import keeps what "
        "its file says",
        nullable=True,
    )
    index_price: float = amount(
        "null when not sent; of an option, the price of its underlying", nullable=True
    )
    last_price: float = amount("null when not sent, and for options", nullable=True)
    volume_24h_base: float = amount("null when not sent", nullable=True)
    volume_24h_usd: float = amount("null when not sent", nullable=True)
    funding_rate: float = column(
        "per funding_interval_hours; positive: longs pay; null when not sent",
        unit="fraction",
        nullable=True,
    )
    funding_interval_hours: float = amount("null when not known", nullable=True)
    unit_rule: str = column("rule in ops.unit_rules that gave the figure its meaning")
    counting_factor: float = column(
        "what the printed figure was multiplied by to be single-sided",
        unit="ratio", method="M38", gt=0, le=1,
    )  # fmt: skip
    source: str = column("where it came from", isin=["live", "history", "import"])
    quality: str = column("suspect rows are stored and left out of totals", isin=["ok", "suspect"])
    is_simulated: bool = column(SIMULATED)
    route_usd: float = amount(
        "USD by the exchange's own figure that lies furthest from oi_usd; null without another",
        nullable=True,
    )
    suspect_reason: str = column(
        "what makes the row suspect beside those around it: expired (the contract has ended), zero "
        "(nothing open, though nobody says that nothing is traded), frozen (the same for more than "
        "six observations); null otherwise, also where the row alone is suspect: without a price, "
        "or disagreeing in itself",
        method="M36",
        isin=["expired", "zero", "frozen"],
        nullable=True,
    )
    is_contradicted: bool = column(
        "whether it is suspect because its figure is measured to mean another thing; null: no",
        method="M38",
        nullable=True,
    )
    oi_long_base: float = amount(
        "the traders' longs where a pool takes the other side; null elsewhere",
        method="M43",
        nullable=True,
    )
    oi_short_base: float = amount(
        "the traders' shorts where a pool takes the other side; null elsewhere",
        method="M43",
        nullable=True,
    )
    pool_net_base: float = column(
        "what the pool holds against them, shorts less longs; null elsewhere",
        method="M43",
        nullable=True,
    )


class BarsTable(
    Table, name="core.bars", key=("bar_at", "interval", "venue", "symbol"), method="M21"
):
    """Traded price of one instrument over one interval.

    Grain: one row per bar_at, interval, venue and symbol.
    """

    bar_at: UtcTimestamp = column("start of the bar")
    interval: str = column("length of the bar: 5m, 1h, 4h, 1d")
    venue: str = column(VENUE)
    symbol: str = column(SYMBOL)
    asset: str = column(COIN)
    open: float = amount("first price", unit="USD per coin")
    high: float = amount("highest price", unit="USD per coin")
    low: float = amount("lowest price", unit="USD per coin")
    close: float = amount("last price", unit="USD per coin")
    volume_base: float = amount("turnover; null when not sent", nullable=True)
    volume_usd: float = amount("turnover; null when not sent", nullable=True)
