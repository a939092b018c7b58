"""GMX v2 as simulated: perpetuals against pools, longs and shorts apart.

Tokens, markets and their state are three answers. Interest is in smallest units of the index token,
prices and USD are integers times powers of ten, as the public description has them. BTC has two
markets, each against a pool of its own; one market only swaps. There is no instant.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument, plain
from oirisk.sandbox.listing import linear
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import Endpoint, OpenInterestBody, Query, RateLimit, Row, SimulatedVenue

_COINS = 60
_USD = 30
_DECIMALS = {"BTC": 8, "SOL": 9}
_ENTRY = Decimal("0.9")
_SWAP = {
    "symbol": "SWAP-ONLY [USDC-USDT]",
    "marketTokenAddress": f"0x{0xFFFF:040x}",
    "indexTokenAddress": f"0x{0:040x}",
    "isListed": True,
    "isSpotOnly": True,
}


def _list_contracts(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    del calendar  # there are only perpetuals
    first = _market(coins[0], f"0x{0xAAAA:040x}", f"t{coins[0].name}")
    markets = [
        _market(coin, f"0x{0x1000 + coin.rank:040x}", f"{coin.name}+USDC")
        for coin in coins[:_COINS]
    ]
    return (*markets, replace(first, weight=0.2))


def _market(coin: Coin, address: str, pool: str) -> SimulatedInstrument:
    return replace(
        linear("gmx", coin, address, "USD"),
        product="pool",
        symbol=f"{coin.name}/USD:{pool}",
        kind="pool",
        settle=pool,
        funding_hours=None,
    )


def _decimals(coin: str) -> int:
    return _DECIMALS.get(coin, 18)


def _token(coin: str) -> str:
    """Return the address of a token; it is written in two ways, as hexadecimal digits may be."""
    return f"0x{int.from_bytes(coin.encode()):040x}"


def _tokens(query: Query, book: Book) -> list[Row]:
    del query
    coins = dict.fromkeys(quote.instrument.asset for quote in book.quotes)
    return [
        {
            "symbol": coin,
            "address": "0x" + _token(coin).removeprefix("0x").upper(),
            "decimals": _decimals(coin),
        }
        for coin in coins
    ]


def _markets(query: Query, book: Book) -> list[Row]:
    del query
    return [
        *(
            {
                "symbol": _name(quote.instrument),
                "marketTokenAddress": quote.instrument.native,
                "indexTokenAddress": _token(quote.instrument.asset),
                "isListed": True,
                "isSpotOnly": False,
            }
            for quote in book.quotes
        ),
        _SWAP,
    ]


def _name(it: SimulatedInstrument) -> str:
    """Name a market as the venue does, its pool by the two tokens that are in it."""
    long_token, _, short_token = it.settle.partition("+")
    return f"{it.asset}/USD [{long_token}-{short_token or long_token}]"


def _tickers(query: Query, book: Book) -> list[Row]:
    del query
    return [_ticker(quote) for quote in book.quotes]


def _ticker(quote: Quote) -> Row:
    it = quote.instrument
    decimals = _decimals(it.asset)
    price = plain(quote.mark.scaleb(_USD - decimals))
    row = {
        "symbol": _name(it),
        "marketTokenAddress": it.native,
        "minPrice": price,
        "maxPrice": price,
        "markPrice": price,
    }
    for side, size in zip(("long", "short"), quote.sides, strict=True):
        coins = size * it.oi_unit
        usd = coins * quote.mark
        row[f"{side}InterestInTokens"] = plain(coins.scaleb(decimals))
        row[f"{side}InterestUsdMark"] = plain(usd.scaleb(_USD))
        row[f"{side}InterestUsd"] = plain((usd * _ENTRY).scaleb(_USD))
    return row


def _tables(body: Any) -> list[list[Any]]:  # noqa: ANN401 -- any JSON
    return [body]


VENUE = SimulatedVenue(
    id="gmx",
    share=0.005,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=100, seconds=10),
    endpoints=(
        Endpoint("GET", "/v1/tokens", _tokens),
        Endpoint("GET", "/v1/markets", _markets),
        Endpoint(
            "GET",
            "/v1/markets/tickers",
            _tickers,
            open_interest=OpenInterestBody(
                tables=_tables,
                symbol="marketTokenAddress",
                sizes=(
                    "longInterestInTokens", "shortInterestInTokens",
                    "longInterestUsdMark", "shortInterestUsdMark",
                ),
            ),
        ),
    ),
)  # fmt: skip
