"""Leverage tiers of exchanges that tell them to everyone, beside those in the venues' own files.

Binance and BingX tell theirs to key holders only and are left out; nothing is shipped instead.
"""

from decimal import Decimal
from typing import Any

from oirisk.flows.exchanges.reading import objects_at, optional, required
from oirisk.schemas.history import Tier
from oirisk.schemas.instruments import Instrument
from oirisk.schemas.venue import Row


def parse_bitget(body: Any, instrument: Instrument) -> list[Tier]:  # noqa: ANN401
    """Read ``mix/market/query-position-lever``: sizes in the quote (USDT, USDC) or in coins."""
    unit = "usd" if instrument.margin == "linear" else "base"
    return [
        Tier(
            required(row, "startUnit"),
            required(row, "endUnit"),
            "usd" if unit == "usd" else "base",
            required(row, "leverage"),
            required(row, "keepMarginRate"),
        )
        for row in objects_at(body, "data")
        if row.get("symbol") == instrument.market_id
    ]


def parse_mexc(body: Any, instrument: Instrument) -> list[Tier]:  # noqa: ANN401
    """Read ``contract/detail``: a first volume in contracts, then equal steps."""
    size = instrument.contract_size
    found: list[Tier] = []
    for row in objects_at(body, "data"):
        if row.get("symbol") == instrument.market_id and size is not None:
            found += _mexc_steps(row, size, instrument)
    return found


def _mexc_steps(row: Row, size: Decimal, instrument: Instrument) -> list[Tier]:
    tiers, floor = [], Decimal(0)
    for level in range(int(required(row, "riskLevelLimit"))):
        cap = (required(row, "riskBaseVol") + level * required(row, "riskIncrVol")) * size
        initial = required(row, "initialMarginRate") + level * required(row, "riskIncrImr")
        rate = required(row, "maintenanceMarginRate") + level * required(row, "riskIncrMmr")
        unit = instrument.contract_size_unit
        tiers.append(Tier(floor, cap, unit, 1 / initial if initial > 0 else None, rate))
        floor = cap
    return tiers


def parse_krakenfutures(body: Any, instrument: Instrument) -> list[Tier]:  # noqa: ANN401
    """Read ``instruments``: margin levels from a number of contracts (or units) on."""
    found: list[Tier] = []
    for row in objects_at(body, "instruments"):
        if row.get("symbol") == instrument.market_id and row.get("marginLevels"):
            found += _kraken_levels(objects_at(row, "marginLevels"), instrument)
    return found


def _kraken_levels(levels: Any, instrument: Instrument) -> list[Tier]:  # noqa: ANN401
    size = instrument.contract_size or Decimal(1)
    floors = [
        required(level, "contracts" if "contracts" in level else "numNonContractUnits") * size
        for level in levels
    ]
    caps = [*floors[1:], None]
    return [
        Tier(
            floor,
            cap,
            "usd" if instrument.margin == "inverse" else "base",
            1 / required(level, "initialMargin") if required(level, "initialMargin") else None,
            required(level, "maintenanceMargin"),
        )
        for level, floor, cap in zip(levels, floors, caps, strict=True)
    ]


def parse_phemex(body: Any, instrument: Instrument) -> list[Tier]:  # noqa: ANN401
    """Read ``cfg/v2/products``: limits in the settle coin, rates scaled by 10^8."""
    found: list[Tier] = []
    for row in objects_at(body, "data", "riskLimits"):
        if row.get("symbol") == instrument.market_id:
            found += _phemex_limits(row, instrument)
    return found


def _phemex_limits(row: Row, instrument: Instrument) -> list[Tier]:
    tiers, floor = [], Decimal(0)
    for limit in objects_at(row, "riskLimits"):
        initial = required(limit, "initialMarginEr") / 10**8
        cap = required(limit, "limit")
        tiers.append(
            Tier(
                floor,
                cap,
                "base" if instrument.margin == "inverse" else "usd",
                1 / initial if initial > 0 else None,
                _rate(limit),
            )
        )
        floor = cap
    return tiers


def _rate(limit: Row) -> Decimal | None:
    scaled = optional(limit, "maintenanceMarginEr")
    return None if scaled is None else scaled / 10**8
