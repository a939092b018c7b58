"""HTX: hourly open interest counted on both sides, and liquidations.

The same key ``volume`` is contracts on the live endpoint and coins here (``amount_type`` 2).
"""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from oirisk.flows.exchanges.reading import (
    objects_at,
    of_product,
    optional,
    positive,
    required,
    time_of,
)
from oirisk.schemas.calls import Call
from oirisk.schemas.history import Feed, InterestPoint, Liquidation, Tier, VenueHistory, Window
from oirisk.schemas.instruments import Instrument
from oirisk.schemas.venue import Row
from oirisk.transforms.decode import BodyError

_COINS = 2
_CONTRACTS = 1
_FIELDS = {_CONTRACTS: "volume", _COINS: "volume_coins"}
_ROWS = 200


def parse_interest(body: Any, instrument: Instrument) -> list[InterestPoint]:  # noqa: ANN401
    """Read ``swap_his_open_interest`` and its likes; ``amount_type`` says what is counted."""
    return [_point(row, instrument) for row in objects_at(body, "data", "tick")]


def _point(row: Row, instrument: Instrument) -> InterestPoint:
    value, kind = required(row, "volume"), required(row, "amount_type")
    if kind not in _FIELDS:
        raise BodyError(f"expected amount_type 1 (contracts) or 2 (coins), saw {kind}")
    usd = optional(row, "value")
    price = positive(usd / value if usd is not None and value and kind == _COINS else None)
    return InterestPoint(
        time_of(row.get("ts")),
        f"htx.{instrument.product}.{_FIELDS[int(kind)]}",
        value,
        mark_price=price,
        usd=usd,
    )


def parse_liquidations(body: Any, instrument: Instrument) -> list[Liquidation]:  # noqa: ANN401
    """Read liquidation orders, v3 or v5; sizes are contracts, closing orders name their side."""
    found = []
    for row in objects_at(body, "data"):
        if row.get("contract_code") != instrument.market_id:
            continue
        contracts = required(row, "volume")
        price = positive(optional(row, "price") or optional(row, "bankrupt_price"))
        base = _coins(contracts, price, instrument)
        if base:
            found.append(
                Liquidation(
                    time_of(row.get("created_at") or row.get("liquidation_time")),
                    "short" if _is_short(row) else "long",
                    base,
                    price,
                    None if price is None else base * price,
                    "lower_bound",
                    event_id=str(row.get("id") or row.get("query_id") or ""),
                )
            )
    return found


def _is_short(row: Row) -> bool:
    """Tell the side that lost: v5 names it, v3 names the closing order, which is the opposite."""
    if row.get("position_side"):
        return bool(row["position_side"] == "short")
    return bool(row.get("direction") == "buy")


def _coins(contracts: Decimal, price: Decimal | None, instrument: Instrument) -> Decimal | None:
    size = instrument.contract_size
    if size is None:
        return None
    if instrument.contract_size_unit == "usd":
        return None if price is None else contracts * size / price
    return contracts * size


def parse_tiers(body: Any, instrument: Instrument) -> list[Tier]:  # noqa: ANN401
    """Read ``swap_adjustfactor``: sizes in contracts, the margin rate is factor / leverage."""
    size = instrument.contract_size
    unit = instrument.contract_size_unit
    return [
        Tier(
            None if size is None else required(ladder, "min_size") * size,
            None if size is None else _scaled(optional(ladder, "max_size"), size),
            unit,
            required(rates, "lever_rate"),
            required(ladder, "adjust_factor") / required(rates, "lever_rate"),
        )
        for row in objects_at(body, "data")
        if row.get("contract_code") == instrument.market_id
        for rates in objects_at(row, "list")
        for ladder in objects_at(rates, "ladders")
    ]


def _scaled(value: Decimal | None, size: Decimal) -> Decimal | None:
    return None if value is None else value * size


def _linear_call(instrument: Instrument, _window: Window) -> Call:
    params = {"contract_code": instrument.market_id, "period": "60min", "size": str(_ROWS)}
    method = "contractPublicGetLinearSwapApiV1SwapHisOpenInterest"
    return Call(method, {**params, "amount_type": str(_COINS)})


def _inverse_call(instrument: Instrument, _window: Window) -> Call:
    params = {"contract_code": instrument.market_id, "period": "60min", "size": str(_ROWS)}
    method = "contractPublicGetSwapApiV1SwapHisOpenInterest"
    return Call(method, {**params, "amount_type": str(_CONTRACTS)})


HISTORY = VenueHistory(
    venue="htx",
    feeds=(
        Feed("open_interest", "history_oi", of_product("linear"), _linear_call, parse_interest,
             timedelta(hours=_ROWS), timedelta(hours=_ROWS), is_windowed=False),
        Feed("open_interest", "history_oi", of_product("coin_swap"), _inverse_call, parse_interest,
             timedelta(hours=_ROWS), timedelta(hours=_ROWS), is_windowed=False),
    ),
    lacks={
        "open_interest": "HTX tells the newest 200 hours only, at no finer step than an hour",
        "positioning": "ccxt has no call for HTX long/short ratios",
    },
)  # fmt: skip
