"""Rows that Binance's futures APIs print alike, USDT- and coin-margined."""

from typing import Any

from oirisk.sandbox.instruments import SimulatedInstrument, calendar, milliseconds, plain
from oirisk.sandbox.listing import LISTED_MS, SPOT_BASES, decimals, next_funding
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import OneSymbol, OpenInterestBody, Query, Row

PERPETUAL_UNTIL = 4_133_404_800_000
ONE_SYMBOL = OneSymbol("symbol", {"code": -1121, "msg": "Invalid symbol."}, status=400)
ONE_OPEN_INTEREST = OpenInterestBody(
    tables=lambda body: [[body]],
    symbol="symbol",
    sizes=("openInterest",),
    stamps={"time": 1000},
)
TICKERS_WEIGHT = 40


def exchange_info(symbols: list[Row], book: Book) -> dict[str, Any]:
    """Put the rows of a market list into Binance's envelope."""
    return {
        "timezone": "UTC",
        "serverTime": milliseconds(book.at),
        "rateLimits": [],
        "exchangeFilters": [],
        "symbols": symbols,
    }


def linear_info(query: Query, book: Book) -> dict[str, Any]:
    """Return the market list of linear contracts."""
    del query
    rows = [{**symbol_row(q.instrument, book), "status": "TRADING"} for q in book.quotes]
    return exchange_info(rows, book)


def contract_type(it: SimulatedInstrument, book: Book) -> str:
    """Return PERPETUAL, or which of the coming quarters a future is."""
    if it.expiry is None:
        return "PERPETUAL"
    current = calendar(book.at).quarters[0]
    return "CURRENT_QUARTER" if it.expiry == current else "NEXT_QUARTER"


def symbol_row(it: SimulatedInstrument, book: Book) -> Row:
    """Return a row of the market list without its status."""
    return {
        "symbol": it.native,
        "pair": it.native.split("_", maxsplit=1)[0],
        "contractType": contract_type(it, book),
        "deliveryDate": milliseconds(it.expiry) if it.expiry else PERPETUAL_UNTIL,
        "onboardDate": LISTED_MS,
        "maintMarginPercent": "2.5000",
        "requiredMarginPercent": "5.0000",
        "baseAsset": it.listed_base,
        "quoteAsset": it.quote,
        "marginAsset": it.settle,
        "pricePrecision": decimals(it.price_step),
        "quantityPrecision": decimals(it.size_step),
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "underlyingType": "COIN",
        "underlyingSubType": [],
        "triggerProtect": "0.0500",
        "liquidationFee": "0.012500",
        "marketTakeBound": "0.05",
        "filters": [
            {
                "filterType": "PRICE_FILTER",
                "minPrice": plain(it.price_step),
                "maxPrice": plain(it.price_step * 10_000_000),
                "tickSize": plain(it.price_step),
            },
            {
                "filterType": "LOT_SIZE",
                "minQty": plain(it.size_step),
                "maxQty": plain(it.size_step * 1_000_000),
                "stepSize": plain(it.size_step),
            },
        ],
        "orderTypes": ["LIMIT", "MARKET"],
        "timeInForce": ["GTC", "IOC", "FOK", "GTX"],
    }


def premium_rows(query: Query, book: Book) -> Any:  # noqa: ANN401 -- a list, or one row of it
    """Return mark and index prices with funding; one row if a symbol is named."""
    rows = [premium_row(quote, book) for quote in book.quotes]
    if "symbol" not in query:
        return rows
    return next((row for row in rows if row["symbol"] == query["symbol"]), {"code": -1121})


def premium_row(quote: Quote, book: Book) -> Row:
    """Return a row of premiumIndex."""
    it = quote.instrument
    return {
        "symbol": it.native,
        "markPrice": plain(quote.mark),
        "indexPrice": plain(quote.index),
        "estimatedSettlePrice": plain(quote.index),
        "lastFundingRate": "" if quote.funding is None else plain(quote.funding),
        "interestRate": "" if quote.funding is None else "0.00010000",
        "nextFundingTime": next_funding(it, book.at),
        "time": milliseconds(book.at),
    }


def ticker_row(quote: Quote, book: Book) -> Row:
    """Return a row of ticker/24hr without its volumes."""
    closed = milliseconds(book.at)
    return {
        "symbol": quote.instrument.native,
        "priceChange": plain(quote.last - quote.before),
        "priceChangePercent": f"{100 * (quote.last / quote.before - 1):.3f}",
        "weightedAvgPrice": plain(quote.last),
        "lastPrice": plain(quote.last),
        "lastQty": plain(quote.instrument.size_step),
        "openPrice": plain(quote.before),
        "highPrice": plain(quote.high),
        "lowPrice": plain(quote.low),
        "openTime": closed - 86_400_000,
        "closeTime": closed,
        "firstId": 1,
        "lastId": 1000,
        "count": 1000,
    }


def ticker_rows(query: Query, book: Book) -> Any:  # noqa: ANN401 -- a list, or one row of it
    """Return ticker/24hr of linear contracts; one row if a symbol is named."""
    rows = [
        {
            **ticker_row(quote, book),
            "volume": plain(quote.volume_base),
            "quoteVolume": plain(quote.volume_usd),
        }
        for quote in book.quotes
        if query.get("symbol", quote.instrument.native) == quote.instrument.native
    ]
    return rows[0] if "symbol" in query and rows else rows


def one_open_interest(query: Query, book: Book) -> Row:
    """Return open interest of the one contract that was asked about."""
    del query
    (quote,) = book.quotes
    return {
        "symbol": quote.instrument.native,
        "openInterest": plain(quote.size),
        "time": milliseconds(book.at),
    }


def funding_row(quote: Quote) -> Row:
    """Return a row of fundingInfo."""
    return {
        "symbol": quote.instrument.native,
        "adjustedFundingRateCap": "0.02",
        "adjustedFundingRateFloor": "-0.02",
        "fundingIntervalHours": quote.instrument.funding_hours,
        "disclaimer": False,
    }


def spot_row(base: str) -> Row:
    """Return a spot pair of a Binance-like market list."""
    return {
        "symbol": f"{base}USDT",
        "status": "TRADING",
        "baseAsset": base,
        "baseAssetPrecision": 8,
        "quoteAsset": "USDT",
        "quotePrecision": 8,
        "orderTypes": ["LIMIT", "MARKET"],
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": True,
        "filters": [],
        "permissions": ["SPOT"],
    }


def spot_info(query: Query, book: Book) -> dict[str, Any]:
    """Return the spot pairs."""
    del query
    return exchange_info([spot_row(base) for base in SPOT_BASES], book)
