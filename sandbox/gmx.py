"""GMX v2 as simulated: perpetuals against pools, longs and shorts apart.

Tokens, markets and their state are three answers. Interest is in smallest units of the index token,
prices and USD are integers times powers of ten, as the public description has them. BTC has two
markets, each against a pool of its own; one market only swaps. There is no instant.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument
from oirisk.sandbox.listing import linear
from oirisk.sandbox.published import Fields, Published
from oirisk.sandbox.quotes import Book, Quote
from oirisk.sandbox.venue import OpenInterestBody, Query, RateLimit, SimulatedVenue

_COINS = 60
_USD = 30
_DECIMALS = {"BTC": 8, "SOL": 9}
_ENTRY = Decimal("0.9")


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


def _name(it: SimulatedInstrument) -> str:
    """Name a market as the venue does, its pool by the two tokens that are in it."""
    long_token, _, short_token = it.settle.partition("+")
    return f"{it.asset}/USD [{long_token}-{short_token or long_token}]"


def _coins(query: Query, book: Book) -> list[str]:
    del query
    return list(dict.fromkeys(quote.instrument.asset for quote in book.quotes))


def _markets_and_swap(query: Query, book: Book) -> list[SimulatedInstrument | None]:
    """Return the markets, and none for one that only swaps."""
    del query
    return [*(quote.instrument for quote in book.quotes), None]


def _price(quote: Quote) -> Decimal:
    """Return the mark price times a power of ten."""
    return quote.mark.scaleb(_USD - _decimals(quote.instrument.asset))


def _tokens(side: int) -> Callable[[Quote], Decimal]:
    """Return a reader of the longs (0) or the shorts (1) in smallest units of the token."""
    return lambda quote: _open(quote, side).scaleb(_decimals(quote.instrument.asset))


def _usd(side: int, part: Decimal = Decimal(1)) -> Callable[[Quote], Decimal]:
    """Return a reader of the longs (0) or the shorts (1) in USD at a part of the mark price."""
    return lambda quote: (_open(quote, side) * quote.mark * part).scaleb(_USD)


def _open(quote: Quote, side: int) -> Decimal:
    return quote.sides[side] * quote.instrument.oi_unit


_PUBLISHED = Published("gmx")
_TOKEN: Fields = {
    "symbol": str, "decimals": _decimals,
    "address": lambda coin: "0x" + _token(coin).removeprefix("0x").upper(),
}  # fmt: skip
_MARKET = _PUBLISHED.row("markets", {
    "symbol": _name, "marketTokenAddress": "native",
    "indexTokenAddress": lambda it: _token(it.asset),
}, "market")  # fmt: skip
_SWAP = _PUBLISHED.row("markets", {}, "swap")
_TICKER = _PUBLISHED.row("tickers", {
    "symbol": lambda quote: _name(quote.instrument), "marketTokenAddress": "instrument.native",
    "minPrice": _price, "maxPrice": _price, "markPrice": _price,
    "longInterestInTokens": _tokens(0), "shortInterestInTokens": _tokens(1),
    "longInterestUsdMark": _usd(0), "shortInterestUsdMark": _usd(1),
    "longInterestUsd": _usd(0, _ENTRY), "shortInterestUsd": _usd(1, _ENTRY),
})  # fmt: skip

VENUE = SimulatedVenue(
    id="gmx",
    share=0.005,
    list_contracts=_list_contracts,
    rate_limit=RateLimit(requests=100, seconds=10),
    endpoints=(
        _PUBLISHED.table("tokens", _TOKEN, _coins),
        _PUBLISHED.table(
            "markets", lambda it: _SWAP(it) if it is None else _MARKET(it), _markets_and_swap
        ),
        _PUBLISHED.table(
            "tickers",
            _TICKER,
            open_interest=OpenInterestBody(
                tables=lambda body: [body],
                symbol="marketTokenAddress",
                sizes=(
                    "longInterestInTokens",
                    "shortInterestInTokens",
                    "longInterestUsdMark",
                    "shortInterestUsdMark",
                ),
            ),
        ),
    ),
)
