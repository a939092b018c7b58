"""Contracts of the marts that place positions on the price axis. Modelled, not observed."""

from oirisk.schemas.columns import (
    ANY_SIMULATED,
    ASSET,
    SNAPSHOT,
    Table,
    UtcTimestamp,
    amount,
    column,
    fraction,
)


class OiProfile(
    Table,
    name="marts.oi_profile",
    key=("snapshot_at", "asset", "venue", "side", "price_low"),
    method="M21",
):
    """Where on the price axis the open interest was entered. Modelled from its changes.

    Grain: one row per snapshot_at, asset, venue, side and price bin that holds anything. Either
    side adds up to open interest, but for what marts.liquidation_balance calls unplaced.
    """

    snapshot_at: UtcTimestamp = column(SNAPSHOT)
    asset: str = column(ASSET)
    venue: str = column("ccxt id of the exchange, ALL for the sum")
    side: str = column("side of the positions")
    price_low: float = amount("lower edge of the bin, inclusive")
    price_high: float = amount("upper edge of the bin, exclusive")
    base: float = amount("open interest entered in the bin")
    usd: float = amount("the same in USD")
    is_simulated: bool = column(ANY_SIMULATED)
    initial_base: float = amount(
        "of base what is older than the history: its entry price is not known, it stands at the "
        "first price there is; null: left out of base",
        nullable=True,
    )


class Clusters(
    Table, name="marts.clusters", key=("snapshot_at", "asset", "kind", "cluster_id"), method="M24"
):
    """Concentrations of positions on the price axis, with a life over snapshots.

    Entries and liquidation levels are modelled; open interest of options by strike is published.
    Grain: one row per snapshot_at, asset, kind and cluster_id.
    """

    snapshot_at: UtcTimestamp = column(SNAPSHOT)
    asset: str = column(ASSET)
    kind: str = column("what is concentrated", isin=["liquidation", "entry", "strike"])
    cluster_id: str = column("stays with a cluster while it lives")
    side: str = column(
        "both for entries, the side that would be liquidated for levels, call or put for strikes"
    )
    price_low: float = amount("lower edge")
    price_high: float = amount("upper edge")
    price_peak: float = amount("middle of the fullest bin, or the strike that holds most")
    centroid: float = amount("mean price weighted by size", unit="USD per coin")
    base: float = amount("open interest inside")
    usd: float = amount(
        "the same in USD, at the prices of the bins; options at the price of the underlying"
    )
    usd_low: float = amount(
        "lower end of the band over assumptions; null for strikes, which rest on none",
        nullable=True,
    )
    usd_high: float = amount(
        "upper end of the band over assumptions; null for strikes, which rest on none",
        nullable=True,
    )
    share: float = fraction(
        "part of the asset's open interest: of its futures, for strikes of its options"
    )
    prominence: float = amount(
        "how far the peak rises above what parts it from higher ground", unit="coin"
    )
    distance_pct: float = column(
        "nearest edge against the price; positive: above, 0: the price is inside"
    )
    mass_to_depth: float = amount(
        "size over order-book depth on the way, for levels, both on the exchanges whose books were "
        "read; null: not measured, or on too few of them",
        unit="ratio",
        method="M16",
        nullable=True,
    )
    venues_hhi: float = fraction(
        "concentration of the cluster over venues; null when unknown", method="M18", nullable=True
    )
    age_hours: float = amount(
        "time since the positions were entered, weighted by size; null for levels and strikes",
        nullable=True,
    )
    status: str = column(
        "against the snapshot before", isin=["born", "grown", "shrunk", "stable", "consumed"]
    )
    is_simulated: bool = column(ANY_SIMULATED)
    covered_share: float = fraction(
        "part of the asset's open interest on the exchanges whose order books were read, for "
        "levels; mass_to_depth is withheld below 0.6; null: none was read",
        method="M25",
        nullable=True,
    )
