"""Delta Exchange as simulated: USDT perpetuals and options in contracts, one answer of tickers.

``oi_contracts`` is contracts, ``oi`` and ``oi_value`` coins, ``oi_value_usd`` USD. Instants are
microseconds; funding is in percent.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import (
    Calendar,
    SimulatedInstrument,
    milliseconds,
    plain,
    quantity_step,
)
from oirisk.sandbox.listing import linear, renamed, sized
from oirisk.sandbox.options import list_options, premium
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import (
    Endpoint,
    OpenInterestBody,
    Query,
    RateLimit,
    Row,
    SimulatedVenue,
    constant,
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
    return replace(sized(named, _SIZES[option.asset]), expiry=expiry)


def _products(query: Query, book: Book) -> dict[str, Any]:
    del query
    rows = [_product(place, quote.instrument) for place, quote in enumerate(book.quotes)]
    return {"success": True, "result": rows, "meta": {"after": None, "before": None}}


def _product(place: int, it: SimulatedInstrument) -> Row:
    row: Row = {
        "id": place,
        "symbol": it.native,
        "contract_type": _KINDS[it.option_type],
        "contract_value": plain(it.contract_size),
        "contract_unit_currency": it.asset,
        "quoting_asset": {"symbol": it.quote},
        "underlying_asset": {"symbol": it.listed_base},
        "settling_asset": {"symbol": it.settle},
        "state": "live",
        "trading_status": "operational",
        "notional_type": "vanilla",
        "is_quanto": False,
        "tick_size": plain(it.price_step),
        "taker_commission_rate": "0.0005",
        "maker_commission_rate": "0.0002",
        "position_size_limit": 100_000_000,
        "launch_time": "2024-03-01T08:00:00Z",
        "settlement_time": f"{it.expiry:%Y-%m-%dT%H:%M:%SZ}" if it.expiry else None,
    }
    if it.strike is not None:
        row["strike_price"] = plain(it.strike)
    return row


def _tickers(query: Query, book: Book) -> dict[str, Any]:
    """Answer for every contract, or for the types that are named."""
    kinds = [kind for kind in query.get("contract_types", "").split(",") if kind]
    rows = [_ticker(place, quote, book) for place, quote in enumerate(book.quotes)]
    chosen = [row for row in rows if not kinds or row["contract_type"] in kinds]
    return {"result": chosen, "success": True}


def _ticker(place: int, quote: Quote, book: Book) -> Row:
    it = quote.instrument
    row = {
        "contract_type": _KINDS[it.option_type],
        "mark_price": plain(quote.mark),
        "oi": plain(quote.listed_base),
        "oi_change_usd_6h": "0.0000",
        "oi_contracts": plain(quote.size),
        "oi_value": plain(quote.listed_base),
        "oi_value_symbol": it.asset,
        "oi_value_usd": plain(quote.usd),
        "product_id": place,
        "size": int(quote.volume_base / it.contract_size),
        "spot_price": plain(quote.index),
        "symbol": it.native,
        "timestamp": milliseconds(book.at) * 1000,
        "turnover_symbol": it.settle,
    }
    return row | (_option_fields(quote, book) if it.kind == "option" else _perp_fields(quote))


def _perp_fields(quote: Quote) -> Row:
    return {
        "close": float(quote.last),
        "funding_rate": plain(quote.funding * 100) if quote.funding is not None else None,
        "greeks": None,
        "high": float(quote.high),
        "low": float(quote.low),
        "mark_basis": f"{100 * (quote.mark / quote.index - 1):.8f}",
        "open": float(quote.before),
        "price_band": {
            "lower_limit": plain(quote.mark * 9 / 10),
            "upper_limit": plain(quote.mark * 11 / 10),
        },
        "quotes": {
            "ask_iv": None,
            "bid_iv": None,
            "best_ask": plain(quote.last + quote.instrument.price_step),
            "best_bid": plain(quote.last - quote.instrument.price_step),
        },
        "turnover": float(quote.volume_usd),
        "turnover_usd": float(quote.volume_usd),
        "volume": float(quote.volume_base),
    }


def _option_fields(quote: Quote, book: Book) -> Row:
    """Return the fields of an option: its mark is the premium, its spot what it is valued at."""
    usd, volatility = premium(quote, book.at)
    share = f"{volatility / 100:.8f}"
    return {
        "mark_price": f"{usd:.8f}",
        "mark_vol": share,
        "spot_price": plain(quote.mark),
        "strike_price": plain(quote.instrument.strike or Decimal(0)),
        "greeks": {"spot": plain(quote.mark), "delta": "0.5", "gamma": "0", "vega": "0"},
        "quotes": {"ask_iv": share, "bid_iv": share, "mark_iv": share},
        "price_band": {"lower_limit": "0", "upper_limit": plain(quote.mark)},
        "turnover": round(float(quote.volume_base) * usd, 2),
        "turnover_usd": float(quote.volume_usd),
        "volume": float(quote.volume_base),
    }


VENUE = SimulatedVenue(
    id="delta",
    share=0.01,
    option_share=0.01,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=10_000, seconds=300),
    endpoints=(
        Endpoint("GET", "/v2/assets", constant({"success": True, "result": []})),
        Endpoint("GET", "/v2/products", _products, weight=3),
        Endpoint(
            "GET",
            "/v2/tickers",
            _tickers,
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
