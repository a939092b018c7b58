"""History of Binance USDⓈ-M and COIN-M: open interest and ratios of the last 30 days.

USD-M counts coins and adds their value in USD. COIN-M counts contracts, and what it calls value
is in coins.
"""

from datetime import timedelta
from types import MappingProxyType
from typing import Any

from oirisk.flows.exchanges.reading import (
    last_millisecond,
    milliseconds,
    objects_at,
    of_product,
    optional,
    positive,
    required,
    share_of_ratio,
    share_of_sides,
    time_of,
)
from oirisk.schemas.calls import Call
from oirisk.schemas.history import Feed, InterestPoint, SharePoint, Window
from oirisk.schemas.instruments import Instrument
from oirisk.schemas.venue import Row

_REACH = timedelta(days=30)
_SPAN = timedelta(minutes=5) * 500
_PERIOD = "5m"
LACKS = MappingProxyType(
    {
        "open_interest": "Binance keeps 30 days; older history: import the metrics files of "
        "data.binance.vision",
        "liquidations": "Binance tells liquidations by WebSocket only, one a second",
        "leverage_tiers": "Binance tells leverage tiers to key holders only",
    }
)
"""What Binance does not publish, with the reason."""


def parse_usdm_interest(body: Any, _instrument: Instrument) -> list[InterestPoint]:  # noqa: ANN401
    """Read ``fapi futures/data/openInterestHist``."""
    points = []
    for row in objects_at(body):
        base, usd = required(row, "sumOpenInterest"), optional(row, "sumOpenInterestValue")
        price = positive(usd / base if usd is not None and base else None)
        at = time_of(row.get("timestamp"))
        rule = "binanceusdm.linear.sumOpenInterest"
        points.append(InterestPoint(at, rule, base, mark_price=price, usd=usd))
    return points


def parse_coinm_interest(body: Any, instrument: Instrument) -> list[InterestPoint]:  # noqa: ANN401
    """Read ``dapi futures/data/openInterestHist``; the value is in coins, so it gives the price."""
    points = []
    for row in objects_at(body):
        contracts = required(row, "sumOpenInterest")
        coins = optional(row, "sumOpenInterestValue")
        usd = None if instrument.contract_size is None else contracts * instrument.contract_size
        price = positive(usd / coins if usd is not None and coins else None)
        at = time_of(row.get("timestamp"))
        rule = "binancecoinm.inverse.sumOpenInterest"
        points.append(InterestPoint(at, rule, contracts, mark_price=price, usd=usd, base=coins))
    return points


def _parse_shares(measure: str) -> Any:  # noqa: ANN401 -- a parser
    def parse(body: Any, _instrument: Instrument) -> list[SharePoint]:  # noqa: ANN401
        found = (_share(row, measure) for row in objects_at(body))
        return [point for point in found if point is not None]

    return parse


def _share(row: Row, measure: str) -> SharePoint | None:
    at = time_of(row.get("timestamp"))
    if measure == "taker":
        bought, sold = required(row, "buyVol"), required(row, "sellVol")
        return share_of_sides(at, measure, _PERIOD, (bought, sold), amounts=True)
    names = (
        ("longAccount", "shortAccount")
        if "longAccount" in row
        else ("longPosition", "shortPosition")
    )
    if all(name in row for name in names):
        sides = (required(row, names[0]), required(row, names[1]))
        return share_of_sides(at, measure, _PERIOD, sides)
    return share_of_ratio(at, measure, _PERIOD, optional(row, "longShortRatio"))


parse_account = _parse_shares("account")
parse_top_account = _parse_shares("top_account")
parse_top_position = _parse_shares("top_position")
parse_taker = _parse_shares("taker")


def usdm_call(method: str) -> Any:  # noqa: ANN401 -- a Feed.call
    """Return how an endpoint of USDⓈ-M statistics is asked."""

    def call(instrument: Instrument, window: Window) -> Call:
        return Call(f"fapiDataGet{method}", {"symbol": instrument.market_id, **_common(window)})

    return call


def coinm_call(method: str) -> Any:  # noqa: ANN401 -- a Feed.call
    """Return how an endpoint of COIN-M statistics is asked."""

    def call(instrument: Instrument, window: Window) -> Call:
        pair = instrument.market_id.partition("_")[0]
        params = {"pair": pair, **_common(window)}
        return Call(f"dapiDataGet{method}", {**params, **_contract_type(method, instrument)})

    return call


def _contract_type(method: str, instrument: Instrument) -> dict[str, str]:
    is_needed = method == "OpenInterestHist"
    return {"contractType": "PERPETUAL"} if is_needed and instrument.kind == "perp" else {}


def _common(window: Window) -> dict[str, str]:
    return {
        "period": _PERIOD,
        "limit": "500",
        "startTime": milliseconds(window.since),
        "endTime": last_millisecond(window),
    }


def feed(kind: Any, name: str, call: Any, parse: Any, product: str) -> Feed:  # noqa: ANN401
    """Return a feed of one product line, for its perpetuals: 5-minute rows of 30 days."""
    covered = of_product(product)
    return Feed(
        kind=kind,
        name=name,
        covers=lambda instrument: covered(instrument) and instrument.kind == "perp",
        call=call,
        parse=parse,
        span=_SPAN,
        reach=_REACH,
    )
