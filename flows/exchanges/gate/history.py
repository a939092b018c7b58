"""Gate: five-minute statistics with open interest, price, ratios and sums of liquidations."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from oirisk.flows.exchanges.reading import (
    objects_at,
    of_product,
    optional,
    positive,
    required,
    seconds,
    share_of_ratio,
    time_of,
)
from oirisk.schemas.calls import Call
from oirisk.schemas.history import (
    Feed,
    InterestPoint,
    Liquidation,
    SharePoint,
    Tier,
    VenueHistory,
    Window,
)
from oirisk.schemas.instruments import Instrument
from oirisk.schemas.venue import Row

_STEP_SECONDS = 300
_RATIOS = (
    ("lsr_account", "account"),
    ("top_lsr_account", "top_account"),
    ("top_lsr_size", "top_position"),
    ("lsr_taker", "taker"),
)


def parse_interest(body: Any, instrument: Instrument) -> list[InterestPoint]:  # noqa: ANN401
    """Read ``futures/{settle}/contract_stats``: open interest in contracts."""
    rule = f"gate.{instrument.product}.open_interest"
    return [
        InterestPoint(
            time_of(row.get("time"), "s"),
            rule,
            required(row, "open_interest"),
            mark_price=positive(optional(row, "mark_price")),
            usd=optional(row, "open_interest_usd"),
        )
        for row in objects_at(body)
    ]


def parse_shares(body: Any, _instrument: Instrument) -> list[SharePoint]:  # noqa: ANN401
    """Read the ratios of the same rows; 0 stands for none."""
    found = (
        share_of_ratio(time_of(row.get("time"), "s"), measure, "5m", positive(optional(row, name)))
        for row in objects_at(body)
        for name, measure in _RATIOS
    )
    return [point for point in found if point is not None]


def parse_liquidation_sums(body: Any, instrument: Instrument) -> list[Liquidation]:  # noqa: ANN401
    """Read the sums of liquidations of the same rows, the exchange's own totals."""
    found = []
    for row in objects_at(body):
        for side in ("long", "short"):
            base = _coins(abs(required(row, f"{side}_liq_size")), row, instrument)
            if base:
                found.append(
                    Liquidation(
                        time_of(row.get("time"), "s"),
                        "long" if side == "long" else "short",
                        base,
                        None,
                        optional(row, f"{side}_liq_usd"),
                        "complete",
                        span_seconds=_STEP_SECONDS,
                    )
                )
    return found


def parse_liquidations(body: Any, instrument: Instrument) -> list[Liquidation]:  # noqa: ANN401
    """Read ``futures/{settle}/liq_orders``: ``size`` is the position, negative for shorts."""
    found = []
    for row in objects_at(body):
        if row.get("contract") != instrument.market_id:
            continue
        size, price = required(row, "size"), positive(optional(row, "fill_price"))
        base = _coins(abs(size), {"mark_price": price}, instrument)
        if base:
            found.append(
                Liquidation(
                    time_of(row.get("time"), "s"),
                    "short" if size < 0 else "long",
                    base,
                    price,
                    None if price is None else base * price,
                    "lower_bound",
                )
            )
    return found


def parse_tiers(body: Any, instrument: Instrument) -> list[Tier]:  # noqa: ANN401
    """Read ``futures/{settle}/risk_limit_tiers``: limits in the settlement coin."""
    unit = "usd" if instrument.margin == "linear" else "base"
    tiers: list[Tier] = []
    floor = Decimal(0)
    for row in sorted(objects_at(body), key=lambda row: required(row, "risk_limit")):
        if str(row.get("contract", instrument.market_id)) != instrument.market_id:
            continue
        cap = required(row, "risk_limit")
        tiers.append(
            Tier(
                floor,
                cap,
                "usd" if unit == "usd" else "base",
                optional(row, "leverage_max"),
                optional(row, "maintenance_rate"),
                optional(row, "deduction") if unit == "usd" else None,
            )
        )
        floor = cap
    return tiers


def _coins(contracts: Decimal, row: Row, instrument: Instrument) -> Decimal | None:
    """Turn contracts into listed base; None where a price or size is missing."""
    if instrument.product == "btc":
        price = positive(optional(row, "mark_price"))
        return None if price is None else contracts / price
    return None if instrument.contract_size is None else contracts * instrument.contract_size


def _call(instrument: Instrument, window: Window) -> Call:
    params = {
        "settle": instrument.settle.lower(),
        "contract": instrument.market_id,
        "interval": "5m",
        "from": seconds(window.since),
        "limit": "100",
    }
    return Call("publicFuturesGetSettleContractStats", params)


HISTORY = VenueHistory(
    venue="gate",
    feeds=(
        Feed("open_interest", "history_oi", of_product("usdt", "btc"), _call, parse_interest,
             timedelta(minutes=5) * 100,
             also={"positioning": parse_shares, "liquidations": parse_liquidation_sums}),
    ),
    lacks={"delivery": "Gate keeps statistics of perpetuals only"},
)  # fmt: skip
