"""Binance COIN-M as simulated: open interest in contracts, one contract a request.

A contract is 100 USD for BTC and 10 USD for every other coin.
"""

from collections.abc import Sequence
from decimal import Decimal

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.binance_rows import (
    CONTRACT,
    INTEREST,
    PREMIUM,
    TICKER,
    named,
    open_interest,
    pair,
)
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument
from oirisk.sandbox.listing import dated, inverse, linear
from oirisk.sandbox.published import Fields, Published
from oirisk.sandbox.venue import RateLimit, SimulatedVenue

_COINS = (
    *("BTC", "ETH", "SOL", "XRP", "DOGE", "BNB", "ADA", "LINK", "BCH", "LTC", "AVAX", "DOT"),
    *("UNI", "NEAR", "TRX", "XLM", "FIL", "ETC", "APT", "OP"),
)


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    perpetuals = [_inverse(coin) for coin in coins if coin.name in _COINS]
    futures = [
        dated(perp, f"{perp.asset}USD_{day:%y%m%d}", day)
        for perp in perpetuals[:4]
        for day in calendar.quarters[:2]
    ]
    return tuple(perpetuals + futures)


def _inverse(coin: Coin) -> SimulatedInstrument:
    usd = Decimal(100) if coin.name == "BTC" else Decimal(10)
    return inverse(linear("binancecoinm", coin, ""), f"{coin.name}USD_PERP", usd)


_PUBLISHED = Published("binancecoinm")
_PREMIUM: Fields = {**PREMIUM, "pair": pair}
_TICKER = _PUBLISHED.row(
    "tickers", {**TICKER, "pair": pair, "volume": "contracts", "baseVolume": "volume_base"}
)
_CONTRACT: Fields = {**CONTRACT, "contractSize": "instrument.contract_size"}

VENUE = SimulatedVenue(
    id="binancecoinm",
    share=0.03,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=2400, seconds=60),
    endpoints=(
        _PUBLISHED.table("contracts", _CONTRACT, envelope={"serverTime": "now"}),
        open_interest(
            _PUBLISHED,
            {**INTEREST, "pair": pair, "contractType": CONTRACT["contractType"]},
        ),
        _PUBLISHED.table("premiums", _PREMIUM, named, weight=10),
        _PUBLISHED.table("tickers", _TICKER, named, weight=40),
    ),
)
