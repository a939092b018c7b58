"""KuCoin Futures as simulated: lots of ``multiplier`` coins, or of 1 USD where it is -1.

BTC is XBT here. The list of active contracts is both the market list and the open interest; it
carries no time. Open interest is text, prices and volumes are numbers.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from oirisk.sandbox import listing
from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import (
    Calendar,
    SimulatedInstrument,
    quantity_step,
    quarter_code,
)
from oirisk.sandbox.published import Fields, Published
from oirisk.sandbox.quotes import Quote
from oirisk.sandbox.venue import OpenInterestBody, RateLimit, SimulatedVenue

_COINS = 238
_INVERSE = ("BTC", "ETH", "XRP", "SOL", "DOT")
_SIZES = {"BTC": Decimal("0.001"), "ETH": Decimal("0.01"), "SOL": Decimal("0.1")}


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    listed = coins[:_COINS]
    perpetuals = [_linear(coin) for coin in listed]
    perpetuals += [_inverse(coin) for coin in listed if coin.name in _INVERSE]
    dated = [_future(_inverse(coins[0]), day) for day in calendar.quarters[:2]]
    return tuple(perpetuals + dated)


def _linear(coin: Coin) -> SimulatedInstrument:
    base = "XBT" if coin.name == "BTC" else coin.name
    size = _SIZES.get(coin.name, quantity_step(coin.price, 10.0))
    listed = listing.linear("kucoinfutures", coin, f"{base}USDTM", listed=(base, 1))
    symbol = f"{coin.name}/USDT:USDT"
    return replace(listing.sized(listed, size), symbol=symbol, funding_hours=8)


def _inverse(coin: Coin) -> SimulatedInstrument:
    perp = _linear(coin)
    return listing.inverse(perp, f"{perp.listed_base}USDM", weight=0.12)


def _future(perp: SimulatedInstrument, expiry: datetime) -> SimulatedInstrument:
    native = f"{perp.listed_base}M{quarter_code(expiry)}"
    return listing.dated(perp, native, expiry, weight=0.02)


def _settle(quote: Quote) -> str:
    it = quote.instrument
    return it.listed_base if it.settle == it.asset else it.settle


def _until_funding(quote: Quote) -> int:
    """Return the milliseconds that are left, which is what the field holds."""
    return 28_800_000 - quote.now % 28_800_000


_PUBLISHED = Published("kucoinfutures")
_FIELDS: Fields = {
    "symbol": "instrument.native", "rootSymbol": _settle, "baseCurrency": "instrument.listed_base",
    "quoteCurrency": "instrument.quote", "settleCurrency": _settle,
    "tickSize": "instrument.price_step", "indexPriceTickSize": "instrument.price_step",
    "multiplier": lambda quote: (
        quote.instrument.contract_size if quote.instrument.margin == "linear" else -1
    ),
    "isQuanto": lambda quote: quote.instrument.margin == "linear",
    "isInverse": lambda quote: quote.instrument.margin == "inverse",
    "openInterest": "size", "turnoverOf24h": "turnover", "volumeOf24h": "volume",
    "markPrice": "mark", "indexPrice": "index", "lastTradePrice": "last",
    "maxLeverage": "instrument.max_leverage", "lowPrice": "low", "highPrice": "high",
    "priceChgPct": "change", "priceChg": "rise",
}  # fmt: skip
_ROWS = _PUBLISHED.kinds("contracts", {
    "perp": {
        **_FIELDS, "fundingFeeRate": "funding", "predictedFundingFeeRate": "funding",
        "nextFundingRateTime": _until_funding,
    },
    "future": {
        **_FIELDS, "expireDate": "instrument.expiry_ms", "settleDate": "instrument.expiry_ms",
    },
})  # fmt: skip

VENUE = SimulatedVenue(
    id="kucoinfutures",
    share=0.05,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=2000, seconds=30),
    endpoints=(
        _PUBLISHED.table(
            "contracts",
            _ROWS,
            weight=3,
            open_interest=OpenInterestBody(
                tables=lambda body: [body["data"]], symbol="symbol", sizes=("openInterest",)
            ),
        ),
        _PUBLISHED.fixed("currencies"),
    ),
)
