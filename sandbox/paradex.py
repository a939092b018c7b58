"""Paradex as simulated: perpetuals, options and a spot row in one summary.

``open_interest`` is listed base coins for perpetuals and options. The spot row has none to speak
of and is in no market list. ``created_at`` is the row's instant.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument, milliseconds, plain
from oirisk.sandbox.listing import LISTED_MS, linear, renamed
from oirisk.sandbox.options import list_options, premium
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import Endpoint, OpenInterestBody, Query, RateLimit, Row, SimulatedVenue

_COINS = 110
_THOUSANDS = ("PEPE", "SHIB", "BONK", "FLOKI")
_OPTION_COINS = ("BTC", "ETH")


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    perpetuals = [_perp(coin) for coin in coins[:_COINS]]
    options = [
        _option(option)
        for coin in coins
        if coin.name in _OPTION_COINS
        for option in list_options(_perp(coin), coin, calendar)
    ]
    return tuple(perpetuals + options)


def _perp(coin: Coin) -> SimulatedInstrument:
    listed = (f"k{coin.name}", 1000) if coin.name in _THOUSANDS else (coin.name, 1)
    perp = linear("paradex", coin, f"{listed[0]}-USD-PERP", "USDC", listed)
    return replace(
        perp,
        product="perp",
        symbol=f"{listed[0].upper()}/USD:USDC",
        quote="USD",
        funding_hours=8,
        max_leverage=50,
    )


def _option(option: SimulatedInstrument) -> SimulatedInstrument:
    strike, letter = option.symbol.split("-")[2:]
    day = f"{option.expiry:%d%b%y}".upper()
    return renamed(option, f"{option.asset}-USD-{day}-{strike}-{letter}")


def _markets(query: Query, book: Book) -> dict[str, Any]:
    del query
    return {"results": [_market(quote.instrument) for quote in book.quotes]}


def _market(it: SimulatedInstrument) -> Row:
    row: Row = {
        "symbol": it.native,
        "base_currency": it.listed_base,
        "quote_currency": it.quote,
        "settlement_currency": it.settle,
        "order_size_increment": plain(it.size_step),
        "price_tick_size": plain(it.price_step),
        "min_notional": "10",
        "open_at": LISTED_MS,
        "expiry_at": milliseconds(it.expiry) if it.expiry else 0,
        "asset_kind": "OPTION" if it.kind == "option" else "PERP",
        "market_kind": "cross",
        "position_limit": "1000000",
        "price_bands_width": "0.05",
        "max_open_orders": 64,
        "max_funding_rate": "0.05",
        "price_feed_id": "",
        "oracle_ewma_factor": "0.2",
        "max_order_size": plain(it.size_step * 100_000),
        "max_slippage": "0.05",
        "funding_period_hours": it.funding_hours or 0,
        "tags": [],
    }
    if it.strike is not None:
        row |= {"strike_price": plain(it.strike), "option_type": str(it.option_type).upper()}
    return row


def _summaries(query: Query, book: Book) -> dict[str, Any]:
    rows = [_summary(quote, book) for quote in book.quotes]
    rows.append(_spot(book))
    name = query.get("market", "ALL")
    return {"results": [row for row in rows if name in {"ALL", row["symbol"]}]}


def _summary(quote: Quote, book: Book) -> Row:
    it = quote.instrument
    row = {
        "symbol": it.native,
        "oracle_price": plain(quote.index),
        "mark_price": plain(quote.mark),
        "last_traded_price": plain(quote.last),
        "bid": plain(quote.last - it.price_step),
        "ask": plain(quote.last + it.price_step),
        "volume_24h": plain(quote.volume_usd),
        "total_volume": plain(quote.volume_usd * 100),
        "created_at": milliseconds(book.at),
        "underlying_price": plain(quote.index),
        "open_interest": plain(quote.size),
        "funding_rate": "" if quote.funding is None else plain(quote.funding),
        "price_change_rate_24h": f"{quote.last / quote.before - 1:.6f}",
    }
    return row | _premiums(quote, book) if it.kind == "option" else row


def _premiums(quote: Quote, book: Book) -> Row:
    """Return the fields of an option: prices are premiums, the underlying is its forward."""
    usd, volatility = premium(quote, book.at)
    share = f"{volatility / 100:.6f}"
    return {
        "mark_price": f"{usd:.4f}",
        "last_traded_price": f"{usd:.4f}",
        "bid": "",
        "ask": "",
        "underlying_price": plain(quote.mark),
        "mark_iv": share,
        "bid_iv": share,
        "ask_iv": share,
        "last_iv": share,
        "delta": "0.5",
    }


def _spot(book: Book) -> Row:
    return {
        "symbol": "DIME-USD",
        "oracle_price": "0",
        "mark_price": "0",
        "last_traded_price": "0.021",
        "bid": "0.0209",
        "ask": "0.0211",
        "volume_24h": "120000.5",
        "total_volume": "9000000",
        "created_at": milliseconds(book.at),
        "underlying_price": "",
        "open_interest": "0",
        "funding_rate": "",
        "price_change_rate_24h": "0.01",
    }


VENUE = SimulatedVenue(
    id="paradex",
    share=0.01,
    option_share=0.005,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=1500, seconds=60),
    endpoints=(
        Endpoint("GET", "/v1/markets", _markets),
        Endpoint(
            "GET",
            "/v1/markets/summary",
            _summaries,
            open_interest=OpenInterestBody(
                tables=lambda body: [body["results"]],
                symbol="symbol",
                sizes=("open_interest",),
                stamps={"created_at": 1000},
            ),
        ),
    ),
)
