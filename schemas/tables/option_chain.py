"""Contract of the chain: what each option is worth, and how that changes."""

from oirisk.schemas.columns import (
    ANY_SIMULATED,
    ASSET,
    SNAPSHOT,
    SYMBOL,
    VENUE,
    Table,
    UtcTimestamp,
    amount,
    column,
    finite,
)

FORWARD_SOURCES = ("venue", "parity")
IV_SOURCES = ("venue", "mark", "counterpart")


class OptionChain(
    Table, name="marts.option_chain", key=("snapshot_at", "venue", "symbol"), method="M30"
):
    """Each option that counts: its volatility, and greeks that compare over venues.

    Greeks are Black-76 with no interest, from iv and forward, whatever the venue itself told; that
    is in core.options. Grain: one row per snapshot_at, venue and symbol of an option that counts.
    """

    snapshot_at: UtcTimestamp = column(SNAPSHOT)
    venue: str = column(VENUE)
    symbol: str = column(SYMBOL)
    asset: str = column(ASSET)
    expiry: UtcTimestamp = column("end of trading")
    strike: float = amount("strike price", unit="USD per coin")
    option_type: str = column("call or put", isin=["call", "put"])
    oi_base: float = amount("open interest, single-sided", method="M02")
    oi_usd: float = amount("at the price of the underlying; null without one", nullable=True)
    volume_24h_base: float = amount("null when not sent", nullable=True)
    mark_price: float = amount("premium; null when not sent", nullable=True)
    price: float = amount(
        "price of the underlying that values the open interest; null where none is known",
        nullable=True,
    )
    years: float = amount("from observed_at to expiry, of 365 days", unit="years")
    forward: float = amount(
        "what the coin is worth at expiry; null where nothing tells it",
        unit="USD per coin",
        nullable=True,
    )
    forward_source: str = column(
        "venue: the price of the underlying it told for that expiry, parity: from calls and puts "
        "of one strike; null without a forward",
        isin=FORWARD_SOURCES,
        nullable=True,
    )
    iv: float = amount(
        "implied volatility a year, 0.6 is 60 %; null with iv_reason",
        unit="fraction",
        nullable=True,
    )
    iv_source: str = column(
        "venue: as told, mark: solved from the premium, counterpart: that of the other side of the "
        "strike, where the premium is too far in the money to tell one",
        isin=IV_SOURCES,
        nullable=True,
    )
    iv_reason: str = column("why there is no volatility; null: there is", nullable=True)
    delta: float = column(
        "change of value by the forward", unit="coin per coin", nullable=True, ge=-1, le=1
    )
    delta_premium_adjusted: float = finite(
        "delta less value over forward, as of contracts that pay in coins", unit="coin per coin"
    )
    gamma: float = finite("change of delta by the forward", unit="coin per coin and USD")
    vega: float = finite(
        "change of value by 1.00 of volatility; by one point it is a hundredth",
        unit="USD per coin",
    )
    theta: float = finite("change of value by time", unit="USD per coin and day")
    value: float = amount("premium by iv and forward", unit="USD per coin", nullable=True)
    premium_usd: float = amount(
        "what the open interest is worth at its mark; null without one", method="M29", nullable=True
    )
    gex_gross_usd: float = amount(
        "gamma of the open interest, whoever holds it",
        unit="USD per 1 % move",
        method="M31",
        nullable=True,
    )
    is_crossed: bool = column("whether the volatility bid is above the one asked")
    is_underlying_stale: bool = column(
        "whether the price of the underlying lies too far from those of its venue to be of now"
    )
    observed_at: UtcTimestamp = column("the exchange's own time, else when the response came")
    is_simulated: bool = column(ANY_SIMULATED)
