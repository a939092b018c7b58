"""Contracts of what a user gives from files of their own: a calendar, and supplies of coins."""

from oirisk.schemas.columns import ASSET, Table, UtcTimestamp, amount, column


class EventsTable(Table, name="core.events", key=("event_at", "asset", "event_type"), method="M11"):
    """The user's calendar of events. Grain: one row per event_at, asset and event_type."""

    event_at: UtcTimestamp = column("when it takes place")
    asset: str = column("canonical base coin, ALL for the whole market")
    event_type: str = column("what it is: fomc, cpi, unlock …")


class SupplyTable(Table, name="core.supply", key=("as_of", "asset"), method="M17"):
    """The user's figures of coins in being. Grain: one row per as_of and asset."""

    as_of: UtcTimestamp = column("since when the figures hold")
    asset: str = column(ASSET)
    circulating_base: float = column(
        "circulating supply; null when not given", nullable=True, gt=0, lt=float("inf")
    )
    exchange_reserve_base: float = amount(
        "coins held by exchanges; null when not given", method="M19", nullable=True
    )
