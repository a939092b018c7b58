"""Contracts of what a user gives from files of their own: a calendar, and supplies of coins."""

from oirisk.schemas.columns import Table, UtcTimestamp, amount, column


class EventsTable(Table):
    """The user's calendar of events. Grain: one row per event_at, asset and event_type."""

    event_at: UtcTimestamp = column("when it takes place", unit="UTC")
    asset: str = column("canonical base coin, ALL for the whole market")
    event_type: str = column("what it is: fomc, cpi, unlock …")

    class Config:
        """One row per grain."""

        unique = ["event_at", "asset", "event_type"]  # noqa: RUF012


class SupplyTable(Table):
    """The user's figures of coins in being. Grain: one row per as_of and asset."""

    as_of: UtcTimestamp = column("since when the figures hold", unit="UTC")
    asset: str = column("canonical base coin, BTC not XBT")
    circulating_base: float = column(
        "circulating supply; null when not given",
        unit="coin",
        method="M17",
        nullable=True,
        gt=0,
        lt=float("inf"),
    )
    exchange_reserve_base: float = amount(
        "coins held by exchanges; null when not given", unit="coin", method="M19", nullable=True
    )

    class Config:
        """One row per grain."""

        unique = ["as_of", "asset"]  # noqa: RUF012
