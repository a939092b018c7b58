"""Delta Exchange as simulated: USDT perpetuals and options in contracts, one answer of tickers.

``oi_contracts`` is contracts, ``oi`` and ``oi_value`` coins, ``oi_value_usd`` USD. Instants are
microseconds; funding is in percent.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument, plain, quantity_step
from oirisk.sandbox.listing import linear, renamed, sized
from oirisk.sandbox.options import list_options
from oirisk.sandbox.published import Fields, Maker, Published
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import (
    OpenInterestBody,
    Query,
    RateLimit,
    SimulatedVenue,
)

_COINS = 165
_OPTION_COINS = ("BTC", "ETH")
_SIZES = {"BTC": Decimal("0.001"), "ETH": Decimal("0.01"), "SOL": Decimal("0.1")}
_SETTLED_HOUR = 12
_KINDS = {"call": "call_options", "put": "put_options", None: "perpetual_futures"}
_MICROSECONDS = 1_000_000


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    perpetuals = [_linear(coin) for coin in coins[:_COINS]]
    options = [
        _option(option)
        for coin in coins
        if coin.name in _OPTION_COINS
        for option in list_options(_linear(coin), coin, calendar)
    ]
    return tuple(perpetuals + options)


def _linear(coin: Coin) -> SimulatedInstrument:
    size = _SIZES.get(coin.name, quantity_step(coin.price, 10.0))
    perp = sized(linear("delta", coin, f"{coin.name}USDT"), size)
    return replace(perp, funding_hours=8)


def _option(option: SimulatedInstrument) -> SimulatedInstrument:
    """Settle an option at noon and count it in contracts, as its underlying is."""
    expiry = option.expiry.replace(hour=_SETTLED_HOUR) if option.expiry else None
    letter, strike = str(option.option_type)[0].upper(), plain(option.strike or Decimal(0))
    named = renamed(option, f"{letter}-{option.asset}-{strike}-{expiry:%d%m%y}")
    return replace(sized(named, _SIZES[option.asset]), expiry=expiry, is_at_index=True)


def _placed(query: Query, book: Book) -> list[tuple[int, Quote]]:
    """Return the contracts with their numbers, of all types or of those that are named."""
    kinds = query.get("contract_types", "")
    return [
        (place, quote)
        for place, quote in enumerate(book.quotes)
        if not kinds or _kind(quote) in kinds.split(",")
    ]


def _kind(quote: Quote) -> str:
    return _KINDS[quote.instrument.option_type]


def _numbered(row: Maker, number: str) -> Maker:
    """Return a maker of rows that also hold the number of the contract."""
    return lambda placed: {**row(placed[1]), number: placed[0]}


_PUBLISHED = Published("delta")
_LISTED: Fields = {
    "symbol": "instrument.native", "contract_type": _kind,
    "contract_value": "instrument.contract_size", "contract_unit_currency": "instrument.asset",
    "quoting_asset.symbol": "instrument.quote", "settling_asset.symbol": "instrument.settle",
    "underlying_asset.symbol": "instrument.listed_base", "tick_size": "instrument.price_step",
}  # fmt: skip
_PRODUCTS = _PUBLISHED.kinds("products", {
    "perp": _LISTED,
    "option": {
        **_LISTED, "strike_price": "instrument.strike",
        "settlement_time": lambda quote: f"{quote.instrument.expiry:%Y-%m-%dT%H:%M:%SZ}",
    },
})  # fmt: skip
_TICKER: Fields = {
    "symbol": "instrument.native", "contract_type": _kind, "oi": "listed_base",
    "oi_contracts": "size", "oi_value": "listed_base", "oi_value_symbol": "instrument.asset",
    "oi_value_usd": "usd", "size": "contracts", "timestamp": lambda quote: 1000 * quote.now,
    "turnover_symbol": "instrument.settle", "turnover_usd": "volume_usd", "volume": "volume_base",
}  # fmt: skip
_TICKERS = _PUBLISHED.kinds("tickers", {
    "perp": {
        **_TICKER, "close": "last", "high": "high", "low": "low", "open": "before",
        "mark_price": "mark", "spot_price": "index", "turnover": "volume_usd",
        "funding_rate": lambda quote: 100 * quote.funding_or_zero,
        "mark_basis": lambda quote: round(100 * (quote.mark / quote.index - 1), 8),
        "price_band.lower_limit": lambda quote: quote.mark * 9 / 10,
        "price_band.upper_limit": lambda quote: quote.mark * 11 / 10,
        "quotes.best_ask": "ask", "quotes.best_bid": "bid",
    },
    "option": {
        **_TICKER, "close": "premium_usd", "high": "premium_usd", "low": "premium_usd",
        "open": "premium_usd", "mark_price": "premium_usd", "mark_vol": "volatility",
        "spot_price": "index", "greeks.spot": "underlying", "strike_price": "instrument.strike",
        "greeks.delta": "value.delta", "greeks.gamma": "value.gamma",
        "greeks.vega": "value.vega", "greeks.theta": "value.theta",
        "quotes.ask_iv": "ask_volatility", "quotes.bid_iv": "bid_volatility",
        "quotes.mark_iv": "volatility", "quotes.best_ask": "premium_ask",
        "quotes.best_bid": "premium_bid",
        "turnover": lambda quote: round(quote.volume_base * quote.premium_usd, 2),
    },
})  # fmt: skip
"""The mark of an option is its premium, and its spot what it is valued at."""

VENUE = SimulatedVenue(
    id="delta",
    share=0.01,
    option_share=0.01,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=10_000, seconds=300),
    endpoints=(
        _PUBLISHED.fixed("assets"),
        _PUBLISHED.table("products", _numbered(_PRODUCTS, "id"), _placed, weight=3),
        _PUBLISHED.table(
            "tickers",
            _numbered(_TICKERS, "product_id"),
            _placed,
            weight=3,
            open_interest=OpenInterestBody(
                tables=lambda body: [body["result"]],
                symbol="symbol",
                sizes=("oi", "oi_contracts", "oi_value", "oi_value_usd"),
                stamps={"timestamp": _MICROSECONDS},
            ),
        ),
    ),
)
