"""MEXC as simulated: contracts of ``contractSize`` coins, or USD where coin-margined.

``holdVol`` and ``volume24`` are contracts. The tickers carry no contract size; the slow
``contract/detail`` does. Numbers are numbers here, not text.
"""

from collections.abc import Sequence
from decimal import Decimal

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument, quantity_step
from oirisk.sandbox.listing import inverse, linear, sized
from oirisk.sandbox.published import Fields, Published
from oirisk.sandbox.venue import OpenInterestBody, RateLimit, SimulatedVenue

_COINS = 262
_INVERSE = ("BTC", "ETH", "SOL", "XRP", "DOGE", "ADA", "LTC", "SUI")
_SIZES = {"BTC": Decimal("0.0001"), "ETH": Decimal("0.01"), "SOL": Decimal("0.1")}


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    del calendar  # there are only perpetuals
    perpetuals = [_linear(coin) for coin in coins[:_COINS]]
    inverses = [_inverse(coin) for coin in coins if coin.name in _INVERSE]
    return tuple(perpetuals + inverses)


def _linear(coin: Coin) -> SimulatedInstrument:
    size = _SIZES.get(coin.name, quantity_step(coin.price, 10.0))
    return sized(linear("mexc", coin, f"{coin.name}_USDT"), size)


def _inverse(coin: Coin) -> SimulatedInstrument:
    usd = Decimal(100) if coin.name == "BTC" else Decimal(10)
    return inverse(_linear(coin), f"{coin.name}_USD", usd, weight=0.04)


_PUBLISHED = Published("mexc")
_CONTRACT: Fields = {
    "symbol": "instrument.native", "displayName": "instrument.native",
    "displayNameEn": "instrument.native", "baseCoin": "instrument.listed_base",
    "quoteCoin": "instrument.quote", "settleCoin": "instrument.settle",
    "contractSize": "instrument.contract_size", "maxLeverage": "instrument.max_leverage",
    "priceScale": "instrument.price_decimals", "priceUnit": "instrument.price_step",
}  # fmt: skip
_TICKER: Fields = {
    "symbol": "instrument.native", "lastPrice": "last", "bid1": "bid", "ask1": "ask",
    "volume24": "contracts", "amount24": "turnover", "holdVol": "size", "lower24Price": "low",
    "high24Price": "high", "riseFallRate": "change", "riseFallValue": "rise",
    "indexPrice": "index", "fairPrice": "mark", "fundingRate": "funding_or_zero",
    "maxBidPrice": lambda quote: quote.index * 11 / 10, "timestamp": "now",
    "minAskPrice": lambda quote: quote.index * 9 / 10,
}  # fmt: skip

VENUE = SimulatedVenue(
    id="mexc",
    share=0.12,
    list_contracts=_list_contracts,
    endpoints=(
        _PUBLISHED.table("contracts", _CONTRACT, limit=RateLimit(1, 5)),
        _PUBLISHED.table(
            "tickers",
            _TICKER,
            limit=RateLimit(20, 2),
            open_interest=OpenInterestBody(
                tables=lambda body: [body["data"]],
                symbol="symbol",
                sizes=("holdVol",),
                stamps={"timestamp": 1000},
            ),
        ),
        _PUBLISHED.fixed("spot"),
    ),
)
