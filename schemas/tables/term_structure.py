"""Contract of dated futures against their index."""

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
    percent,
)


class TermStructure(
    Table, name="marts.term_structure", key=("snapshot_at", "venue", "symbol"), method="M40"
):
    """Futures against their index, by expiry: what holding one until then earns.

    Grain: one row per snapshot_at, venue and symbol of a fresh dated future, and of a fresh
    perpetual of an asset that has dated ones.
    """

    snapshot_at: UtcTimestamp = column(SNAPSHOT)
    asset: str = column(ASSET)
    venue: str = column(VENUE)
    expiry: UtcTimestamp = column("end of trading; null for perpetuals", nullable=True)
    symbol: str = column(SYMBOL)
    margin: str = column(
        "linear, inverse or quanto", method="M02", isin=["linear", "inverse", "quanto"]
    )
    mark_price: float = amount("null when not sent", nullable=True)
    index_price: float = amount("null when not sent", nullable=True)
    days: float = amount("to expiry; null for perpetuals", unit="days", nullable=True)
    basis_pct: float = percent(
        "mark price above index; of a perpetual its premium; null with reason"
    )
    basis_annualised_pct: float = percent(
        "basis_pct times 365 over days, simple; null for perpetuals, and with reason"
    )
    basis_annualised_compound_pct: float = percent(
        "the same compounded; null for perpetuals, and with reason"
    )
    oi_base: float = amount("open interest, single-sided", method="M02")
    oi_usd: float = amount("open interest, single-sided", method="M02")
    reason: str = column("why a figure is null; null: none is", nullable=True)
    is_simulated: bool = column(ANY_SIMULATED)
