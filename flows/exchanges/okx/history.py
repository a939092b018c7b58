"""OKX: open interest in contracts, coins and USD at once, and three long/short ratios."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from oirisk.flows.exchanges.reading import (
    finite,
    last_millisecond,
    lists_at,
    milliseconds,
    objects_at,
    of_product,
    optional,
    positive,
    required,
    share_of_ratio,
    time_of,
)
from oirisk.schemas.calls import Call
from oirisk.schemas.history import Feed, InterestPoint, SharePoint, Tier, VenueHistory, Window
from oirisk.schemas.instruments import Instrument
from oirisk.schemas.text import seen
from oirisk.transforms.decode import BodyError

_ROW = 4
_SPAN = timedelta(minutes=5) * 100
_REACH = timedelta(days=2)
_STAT = "publicGetRubikStatContracts"
_RATIOS = f"{_STAT}LongShort"


def parse_interest(body: Any, instrument: Instrument) -> list[InterestPoint]:  # noqa: ANN401
    """Read ``rubik/stat/contracts/open-interest-history``: time, contracts, coins, USD.

    Raises:
        BodyError: A row is shorter, like the per-currency endpoint's, which sums instruments.
    """
    points = []
    for row in lists_at(body, "data"):
        if len(row) < _ROW:
            raise BodyError(f"expected time, contracts, coins and USD, saw {seen(row)}")
        base, usd = finite(row[2], "oiCcy"), finite(row[3], "oiUsd")
        price = positive(usd / base if base else None)
        rule = f"okx.{instrument.product}.oiCcy"
        points.append(InterestPoint(time_of(row[0]), rule, base, mark_price=price, usd=usd))
    return points


def _parse_ratio(measure: str) -> Callable[[Any, Instrument], list[SharePoint]]:
    def parse(body: Any, _instrument: Instrument) -> list[SharePoint]:  # noqa: ANN401
        found = (
            share_of_ratio(time_of(row[0]), measure, "5m", finite(row[1], "ratio"))
            for row in lists_at(body, "data")
        )
        return [point for point in found if point is not None]

    return parse


parse_account = _parse_ratio("account")
parse_top_account = _parse_ratio("top_account")
parse_top_position = _parse_ratio("top_position")


def family_of(instrument: Instrument) -> str:
    """Return the family that tiers are told by: BTC-USDT of BTC-USDT-SWAP."""
    return "-".join(instrument.market_id.split("-")[:2])


def parse_tiers(body: Any, instrument: Instrument) -> list[Tier]:  # noqa: ANN401
    """Read ``public/position-tiers`` of a family: sizes in contracts.

    A tier reaches from ``minSz`` to ``maxSz``, both included; the next begins one contract or lot
    further, so it is taken to begin where the one before it ends.
    """
    size = instrument.contract_size
    rows = sorted(objects_at(body, "data"), key=lambda row: required(row, "minSz"))
    tiers: list[Tier] = []
    floor = finite(0, "floor")
    for row in rows:
        cap = required(row, "maxSz")
        tiers.append(
            Tier(
                None if size is None else floor * size,
                None if size is None else cap * size,
                None if size is None else instrument.contract_size_unit,
                optional(row, "maxLever"),
                optional(row, "mmr"),
            )
        )
        floor = cap
    return tiers


def _call(method: str) -> Callable[[Instrument, Window], Call]:
    def call(instrument: Instrument, window: Window) -> Call:
        params = {
            "instId": instrument.market_id,
            "period": "5m",
            "begin": milliseconds(window.since),
            "end": last_millisecond(window),
            "limit": "100",
        }
        return Call(method, params)

    return call


HISTORY = VenueHistory(
    venue="okx",
    feeds=(
        Feed("open_interest", "history_oi", of_product("swap", "futures"),
             _call(f"{_STAT}OpenInterestHistory"), parse_interest, _SPAN, _REACH),
        Feed("positioning", "history_account", of_product("swap"),
             _call(f"{_RATIOS}AccountRatioContract"), parse_account, _SPAN, _REACH),
        Feed("positioning", "history_top_account", of_product("swap"),
             _call(f"{_RATIOS}AccountRatioContractTopTrader"), parse_top_account, _SPAN, _REACH),
        Feed("positioning", "history_top_position", of_product("swap"),
             _call(f"{_RATIOS}PositionRatioContractTopTrader"), parse_top_position, _SPAN, _REACH),
    ),
    lacks={
        "open_interest": "OKX keeps about 1440 five-minute rows; 2 days are asked for",
        "liquidations": "ccxt has no call for OKX liquidations, and OKX tells one a second",
    },
)  # fmt: skip
