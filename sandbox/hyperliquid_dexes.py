"""Hyperliquid's builder-deployed exchanges as simulated: books of their own, other collateral.

Their names carry the exchange's (``hyna:BTC``) and they settle in the token that the answer
numbers. A coin that the main book lists too is another contract there.
"""

from collections.abc import Sequence
from dataclasses import replace

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument
from oirisk.sandbox.listing import linear
from oirisk.sandbox.published import Published
from oirisk.sandbox.quotes import Book
from oirisk.sandbox.venue import Query

DEXES = {
    "flx": ("USDH", 360, ("BTC", "ETH", "HYPE", "XMR")),
    "hyna": ("USDE", 235, ("BTC", "ETH", "SOL", "XRP", "HYPE", "ZEC")),
    "felt": ("USDC", 0, ("PAXG",)),
}
_FIRST_ID, _IDS_EACH = 110_000, 10_000


def list_dexes(coins: Sequence[Coin], calendar: Calendar) -> tuple[SimulatedInstrument, ...]:
    """List the contracts of every such exchange."""
    del calendar  # there are only perpetuals
    by_name = {coin.name: coin for coin in coins}
    return tuple(
        _perp(dex, number * _IDS_EACH + _FIRST_ID + place, by_name[name])
        for number, (dex, (_, _, names)) in enumerate(DEXES.items())
        for place, name in enumerate(names)
    )


def _perp(dex: str, market_id: int, coin: Coin) -> SimulatedInstrument:
    perp = linear("hyperliquid", coin, f"{dex}:{coin.name}", DEXES[dex][0])
    return replace(
        perp,
        product="builder",
        market_id=str(market_id),
        symbol=f"{dex.upper()}-{perp.symbol}",
        listed_base=perp.native,
        weight=0.02,
        funding_hours=1,
        max_leverage=20,
    )


def _listing_something(query: Query, book: Book) -> list[str | None]:
    """Return the exchanges that list something, after the main one, which has no name."""
    del query
    listed = {quote.instrument.native.split(":")[0] for quote in book.of("builder")}
    return [None, *(name for name in DEXES if name in listed)]


_PUBLISHED = Published("hyperliquid")
_DEX = _PUBLISHED.row("dexes", {
    "name": str, "fullName": str.capitalize, "assetToStreamingOiCap": lambda _: [],
})  # fmt: skip
PERP_DEXES = _PUBLISHED.table(
    "dexes",
    lambda name: None if name is None else _DEX(name),
    _listing_something,
    when={"type": "perpDexs"},
    weight=20,
)
"""The list of such exchanges."""
