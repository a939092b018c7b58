"""Binance options: one request an underlying and expiry.

Open interest is ``sumOpenInterest`` in units of the underlying, beside ``sumOpenInterestUsd``, the
exchange's own value at the price of the underlying; the answer carries no price. Units documented
by Binance, option open interest, and measured: the two differ by the ETH price of the day. Volume
comes from tickers, in contracts. Futures of Binance are the venues ``binanceusdm`` and
``binancecoinm``.
"""

from collections.abc import Sequence

from oirisk.schemas.calls import Call, Market, once
from oirisk.schemas.option_figures import GREEKS
from oirisk.schemas.venue import Endpoint, Fields, Product, Venue
from oirisk.transforms.decode import rows_at

OPTION = Product(
    name="option",
    covers=lambda market: bool(market.get("option")),
    rules=("binance.option.sumOpenInterest",),
    checks=("binance.option.sumOpenInterestUsd",),
    fields=Fields(market_id="symbol", observed_at="timestamp", volume_contracts="@tickers.volume"),
)


def _calls(markets: Sequence[Market]) -> tuple[Call, ...]:
    """Ask for each underlying and expiry, both part of an option's name: ETH-230225-1625-C."""
    names = (str(market["id"]).split("-") for market in markets)
    wanted = sorted({(name[0], name[1]) for name in names if len(name) > 1})
    return tuple(
        Call("eapiPublicGetOpenInterest", {"underlyingAsset": coin, "expiration": day})
        for coin, day in wanted
    )


VENUE = Venue(
    id="binance",
    book="binance options",
    options={"fetchMarkets": {"types": ["option"]}},
    endpoints=(
        Endpoint(
            name=GREEKS,
            products=(OPTION,),
            calls=once("eapiPublicGetMark"),
            rows=rows_at(),
            enriches="option",
            key="symbol",
        ),
        Endpoint(
            name="tickers",
            products=(OPTION,),
            calls=once("eapiPublicGetTicker"),
            rows=rows_at(),
            enriches="option",
            key="symbol",
        ),
        Endpoint(
            name="option",
            products=(OPTION,),
            calls=_calls,
            rows=rows_at(),
            asks="eapiPublicGetOpenInterest(underlyingAsset=<coin>, expiration=<day>)",
        ),
    ),
)
