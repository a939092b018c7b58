"""Answers that exchanges of Binance's API give alike, each by its own payloads."""

from dataclasses import replace
from typing import Any

from oirisk.sandbox.instruments import calendar
from oirisk.sandbox.published import Fields, Published
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import Endpoint, OneSymbol, OpenInterestBody, Query

_PERPETUAL_UNTIL = 4_133_404_800_000
_UNKNOWN = {"code": -1121, "msg": "Invalid symbol."}
_DAY_MS = 86_400_000


def named(query: Query, book: Book) -> list[Quote]:
    """Return the quote of the symbol that is asked about; all if none is."""
    name = query.get("symbol")
    return [quote for quote in book.quotes if name in {None, quote.instrument.native}]


def _contract_type(quote: Quote) -> str:
    """Return PERPETUAL, or which of the coming quarters a future is."""
    if quote.instrument.expiry is None:
        return "PERPETUAL"
    current = calendar(quote.at).quarters[0]
    return "CURRENT_QUARTER" if quote.instrument.expiry == current else "NEXT_QUARTER"


def pair(quote: Quote) -> str:
    """Return the pair, which a perpetual and its futures share."""
    return quote.instrument.native.split("_", maxsplit=1)[0]


CONTRACT: Fields = {
    "symbol": "instrument.native", "pair": pair, "contractType": _contract_type,
    "deliveryDate": lambda quote: quote.instrument.expiry_ms or _PERPETUAL_UNTIL,
    "baseAsset": "instrument.listed_base", "quoteAsset": "instrument.quote",
    "marginAsset": "instrument.settle", "pricePrecision": "instrument.price_decimals",
    "quantityPrecision": "instrument.size_decimals",
    "filters.0.minPrice": "instrument.price_step", "filters.0.tickSize": "instrument.price_step",
    "filters.0.maxPrice": lambda quote: quote.instrument.price_step * 10_000_000,
    "filters.1.minQty": "instrument.size_step", "filters.1.stepSize": "instrument.size_step",
    "filters.1.maxQty": lambda quote: quote.instrument.size_step * 1_000_000,
}  # fmt: skip
INTEREST: Fields = {"symbol": "instrument.native", "openInterest": "size", "time": "now"}
PREMIUM: Fields = {
    "symbol": "instrument.native", "markPrice": "mark", "indexPrice": "index",
    "estimatedSettlePrice": "index", "nextFundingTime": "next_funding", "time": "now",
    "lastFundingRate": lambda quote: "" if quote.funding is None else quote.funding,
    "interestRate": lambda quote: "" if quote.funding is None else "0.00010000",
}  # fmt: skip
TICKER: Fields = {
    "symbol": "instrument.native", "priceChange": "rise", "weightedAvgPrice": "last",
    "priceChangePercent": lambda quote: 100 * quote.change, "lastPrice": "last",
    "lastQty": "instrument.size_step", "openPrice": "before", "highPrice": "high",
    "lowPrice": "low", "closeTime": "now", "openTime": lambda quote: quote.now - _DAY_MS,
}  # fmt: skip


def contracts(published: Published) -> Endpoint:
    """Return the market list."""
    row = published.row("contracts", CONTRACT)
    return published.table("contracts", row, envelope={"serverTime": "now"})


def open_interest(published: Published, fields: Fields = INTEREST) -> Endpoint:
    """Return open interest, one contract a request."""
    return published.one(
        "open interest",
        fields,
        one_symbol=OneSymbol("symbol", _UNKNOWN, status=400),
        open_interest=OpenInterestBody(
            tables=lambda body: [[body]],
            symbol="symbol",
            sizes=("openInterest",),
            stamps={"time": 1000},
        ),
    )


def linear_prices(published: Published, ticker: Fields) -> tuple[Endpoint, Endpoint]:
    """Return marks with funding and the volumes; one row instead of a list if one is named."""
    fields = {**TICKER, "volume": "volume_base", "quoteVolume": "volume_usd", **ticker}
    premiums = published.table("premiums", published.row("premiums", PREMIUM), named, weight=10)
    tickers = published.table("tickers", published.row("tickers", fields), named, weight=40)
    return _one_if_named(premiums), _one_if_named(tickers)


def _one_if_named(endpoint: Endpoint) -> Endpoint:
    def one_or_all(query: Query, book: Book) -> Any:  # noqa: ANN401 -- a list, or one row of it
        rows = endpoint.answer(query, book)
        return next(iter(rows), _UNKNOWN) if "symbol" in query else rows

    return replace(endpoint, answer=one_or_all)
