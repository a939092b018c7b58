"""What the warehouse says of forced closes, read from the published copy."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from oirisk.flows.briefing.asked import Record
from oirisk.flows.settings import Settings

Read = Callable[..., list[Record]]
"""Runs a query of ``sql/report`` by name, with its parameters."""


@dataclass(frozen=True)
class LiquidationFacts:
    """Query results, one field per table; ``observation`` is None where none is fresh."""

    observation: Record | None
    maps: Mapping[str, list[Record]]
    reach: list[Record]
    track: list[Record]
    stress: list[Record]
    contagion: list[Record]
    at_risk: list[Record]
    leverage: list[Record]
    observed: list[Record]


def read_liquidations(
    read: Read, snapshot_at: datetime, prices: Mapping[str, float], settings: Settings
) -> LiquidationFacts:
    """Run the queries.

    Args:
        read: Runs one.
        snapshot_at: The report's instant.
        prices: Mark prices of the charted assets.
        settings: Sizes and limits.
    """
    at = {"snapshot_at": snapshot_at}
    found = read("observations", max_age_minutes=settings.coverage.max_age_minutes, **at)
    observed_at = {"observed_at": found[0]["snapshot_at"] if found else None}
    return LiquidationFacts(
        observation=found[0] if found else None,
        maps={
            asset: read(
                "liquidation_map", asset=asset, price=price,
                range_pct=settings.clusters.range_pct, **at, **observed_at,
            )
            for asset, price in prices.items()
        },
        reach=read("liquidation_reach", **at),
        track=read("track_record", **at),
        stress=_of_each(read, "stress", prices, at),
        contagion=read("contagion", **at),
        at_risk=read("liquidations_at_risk", **at),
        leverage=read("leverage", **at, **observed_at),
        observed=read("observed", **at, **observed_at),
    )  # fmt: skip


def _of_each(
    read: Read, name: str, assets: Sequence[str] | Mapping[str, float], at: Mapping[str, datetime]
) -> list[Record]:
    return [row for asset in assets for row in read(name, asset=asset, **at)]
