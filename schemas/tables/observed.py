"""Contracts of observed positions: a row before anyone believes it, and what is made of them."""

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData

from oirisk.schemas.columns import (
    ANY_SIMULATED,
    ASSET,
    VENUE,
    Candidate,
    Table,
    UtcTimestamp,
    amount,
    column,
    fraction,
)

ACCOUNT = r"0x[0-9a-f]{40}"
"""An account is a public address, in lower case."""

_MOST = 1e24
"""No coin has so many, and none costs so much."""
_SNAPSHOT = "instant the observation speaks of"


def _price(*, nullable: bool) -> float:
    return pa.Field(nullable=nullable, gt=0, lt=_MOST)  # type: ignore[no-any-return]


class ObservedPosition(Candidate):
    """One position as an exchange shows it, in canonical coins and prices.

    ``record`` is the row as received.
    """

    account: str = pa.Field(str_matches=f"^{ACCOUNT}$")
    asset: str = pa.Field(nullable=True)
    side: str = pa.Field(isin=["long", "short"], nullable=True)
    base: float = _price(nullable=True)
    entry_price: float = _price(nullable=True)
    leverage: float = _price(nullable=True)
    liquidation_price: float = _price(nullable=True)
    mark_price: float = _price(nullable=True)
    record: str

    @pa.check("symbol", name="one_per_contract")
    def _one(cls, data: PolarsData) -> pl.LazyFrame:  # noqa: N805 -- pandera's convention
        """An account holds one position in a contract; of two nobody knows which is true."""
        repeats = pl.struct("account", "symbol").is_duplicated() & pl.col("symbol").is_not_null()
        return data.lazyframe.select(~repeats)

    @pa.check("liquidation_price", name="level_ahead_of_the_mark")
    def _ahead(cls, data: PolarsData) -> pl.LazyFrame:  # noqa: N805
        """A long is liquidated below the mark, a short above it, or it would be gone."""
        level, mark = pl.col("liquidation_price"), pl.col("mark_price")
        ahead = pl.when(pl.col("side") == "long").then(level < mark).otherwise(level > mark)
        return data.lazyframe.select(ahead.fill_null(value=True))


class ObservationsTable(Table, name="ops.observations", key=("run_id", "venue")):
    """Every time accounts were asked for their positions, and how many answered.

    Grain: one row per run_id and venue.
    """

    run_id: str = column("the observation")
    snapshot_at: UtcTimestamp = column(_SNAPSHOT)
    venue: str = column(VENUE)
    accounts_listed: pl.Int32 = column("accounts on the list", ge=0)
    accounts_answered: pl.Int32 = column(
        "accounts whose positions came, none at all included", ge=0
    )
    positions_received: pl.Int32 = column("positions in the answers", ge=0)
    positions_accepted: pl.Int32 = column("of them stored", ge=0)
    positions_rejected: pl.Int32 = column("of them refused, in ops.rejects", ge=0)
    note: str = column("why accounts are missing; null if none is", nullable=True)
    is_simulated: bool = column(ANY_SIMULATED)
    recorded_at: UtcTimestamp = column("when this was written", method="M37")


class ObservedMap(
    Table,
    name="marts.observed_map",
    key=("snapshot_at", "asset", "venue", "side", "price_low"),
    method="M23",
):
    """What forced closes of observed accounts would take at each price. Measured, not modelled.

    Grain: one row per snapshot_at, asset, venue, side and price bin that holds anything. The bins
    are those of marts.liquidation_map; the accounts are a part of the market, see
    marts.observed_coverage.
    """

    snapshot_at: UtcTimestamp = column(_SNAPSHOT)
    asset: str = column(ASSET)
    venue: str = column(VENUE)
    side: str = column("the side that would be liquidated", isin=["long", "short"])
    price_low: float = amount("lower edge of the bin, inclusive")
    price_high: float = amount("upper edge of the bin, exclusive")
    base: float = amount("size that would be closed in the bin")
    usd: float = amount("the same at the middle of the bin")
    positions: pl.Int32 = column("positions in the bin", ge=1)
    is_simulated: bool = column(ANY_SIMULATED)


class ObservedCoverage(
    Table, name="marts.observed_coverage", key=("snapshot_at", "asset", "venue"), method="M22"
):
    """How much of an exchange's open interest the observed accounts hold.

    Grain: one row per snapshot_at, asset and venue. Shares are of the contracts in which a
    position was seen, one side each; null where their open interest is not fresh.
    """

    snapshot_at: UtcTimestamp = column(_SNAPSHOT)
    asset: str = column(ASSET)
    venue: str = column(VENUE)
    accounts: pl.Int32 = column("accounts that hold a position", ge=1)
    positions: pl.Int32 = column("their positions", ge=1)
    long_base: float = amount("their longs")
    short_base: float = amount("their shorts")
    unplaced_base: float = amount("of both, without a liquidation price: on no price of the map")
    oi_base: float = amount("open interest of these contracts", nullable=True)
    long_share: float = amount("longs over open interest", nullable=True)
    short_share: float = amount("shorts over open interest", nullable=True)
    is_simulated: bool = column(ANY_SIMULATED)


class ObservedLeverage(
    Table,
    name="marts.observed_leverage",
    key=("snapshot_at", "asset", "leverage_low"),
    method="M22",
):
    """Mix of leverage of the observed positions, from entry to liquidation price. Measured.

    Grain: one row per snapshot_at, asset and interval of leverage that holds anything. It is the
    mix of what is still open, where marts.leverage_priors is of what is opened.
    """

    snapshot_at: UtcTimestamp = column(_SNAPSHOT)
    asset: str = column(ASSET)
    leverage_low: float = amount("lower end of the interval")
    leverage_high: float = amount("upper end of the interval")
    weight: float = fraction("part of the observed size")
    positions: pl.Int32 = column("positions in the interval", ge=1)
    base: float = amount("their size")
    is_simulated: bool = column(ANY_SIMULATED)
