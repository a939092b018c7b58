"""Depth of order books: what rests within 1, 2 and 5 % of the middle (M16).

A book is read only where it is known what its sizes count. A book that was sent in part and ends
inside a band is a lower bound there, and says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal

from oirisk.flows.exchanges.client import VenueClient
from oirisk.schemas.history import DepthPoint
from oirisk.schemas.instruments import Instrument
from oirisk.transforms.decode import BodyError

ENDPOINT = "depth"
BANDS = (Decimal("0.01"), Decimal("0.02"), Decimal("0.05"))
Level = tuple[Decimal, Decimal]


@dataclass(frozen=True)
class BookForm:
    """How an exchange sends the books of one product line.

    Args:
        unit: What sizes count: contracts, listed base or USD.
        limit: Levels to ask for; None: as many as it sends.
        is_whole: Whether it sends every level there is.
    """

    unit: Literal["contracts", "base", "usd"]
    limit: int | str | None
    is_whole: bool = False


FORMS: Mapping[tuple[str, str], BookForm] = MappingProxyType(
    {
        ("binanceusdm", "linear"): BookForm("base", 1000),
        ("binancecoinm", "inverse"): BookForm("contracts", 1000),
        ("bybit", "linear"): BookForm("base", 500),
        ("bybit", "inverse"): BookForm("usd", 500),
        ("okx", "swap"): BookForm("contracts", 400),
        ("okx", "futures"): BookForm("contracts", 400),
        ("gate", "usdt"): BookForm("contracts", 300),
        ("gate", "btc"): BookForm("contracts", 300),
        ("kucoinfutures", "linear"): BookForm("contracts", None, is_whole=True),
        ("kucoinfutures", "inverse"): BookForm("contracts", None, is_whole=True),
        ("htx", "linear"): BookForm("contracts", None),
        ("htx", "coin_swap"): BookForm("contracts", None),
        ("bitget", "usdt"): BookForm("base", "max"),
        ("bitget", "usdc"): BookForm("base", "max"),
        ("deribit", "inverse"): BookForm("usd", 1000),
        ("deribit", "linear"): BookForm("base", 1000),
        ("hyperliquid", "perp"): BookForm("base", None),
        ("krakenfutures", "linear"): BookForm("base", None, is_whole=True),
    }
)
"""By exchange and product line, as each exchange documents its order book; others are not asked."""


async def fetch_depth(
    client: VenueClient, instrument: Instrument, form: BookForm
) -> list[DepthPoint]:
    """Ask for a book and sum its bands.

    Raises:
        SourceError: It never came, or has no middle.
    """

    async def ask(ccxt: Any) -> list[DepthPoint]:  # noqa: ANN401 -- a ccxt client has no types
        book = await ccxt.fetch_order_book(instrument.symbol, form.limit)
        return bands(book["bids"], book["asks"], instrument, form)

    return await client.call(ENDPOINT, ask)


def bands(
    bids: Sequence[Sequence[Any]],
    asks: Sequence[Sequence[Any]],
    instrument: Instrument,
    form: BookForm,
) -> list[DepthPoint]:
    """Sum both sides of a book within each of :data:`BANDS` of its middle.

    Args:
        bids: Price per listed base and size, in any order.
        asks: The same.
        instrument: Contract size.
        form: What sizes count.

    Raises:
        BodyError: A side is empty, the book is crossed, or the size of a contract is not known.

    Source:
        Method M16.
    """
    size = instrument.contract_size
    if form.unit == "contracts" and size is None:
        raise BodyError(f"{instrument.symbol}: the size of a contract is not known")
    buying = sorted(_levels(bids), reverse=True)
    selling = sorted(_levels(asks))
    if not buying or not selling or buying[0][0] >= selling[0][0]:
        raise BodyError(
            f"{instrument.symbol}: expected bids below asks, saw {buying[:1]} and {selling[:1]}"
        )
    middle = (buying[0][0] + selling[0][0]) / 2
    points = []
    for band in BANDS:
        lowest, highest = middle * (1 - band), middle * (1 + band)
        near = [level for level in buying if level[0] >= lowest]
        points.append(_point(band, "bid", near, instrument, form, buying[-1][0] > lowest))
        near = [level for level in selling if level[0] <= highest]
        points.append(_point(band, "ask", near, instrument, form, selling[-1][0] < highest))
    return points


def _levels(rows: Sequence[Sequence[Any]]) -> list[Level]:
    levels = [(Decimal(str(row[0])), Decimal(str(row[1]))) for row in rows]
    if not all(price.is_finite() and size.is_finite() for price, size in levels):
        raise BodyError("expected numbers in the order book, saw something else")
    return [(price, size) for price, size in levels if price > 0 and size > 0]


def _point(
    band: Decimal,
    side: Literal["bid", "ask"],
    levels: Sequence[Level],
    instrument: Instrument,
    form: BookForm,
    ends_inside: bool,
) -> DepthPoint:
    worth = [_worth(price, size, instrument, form) for price, size in levels]
    return DepthPoint(
        band=float(band),
        side=side,
        base=sum((base for base, _ in worth), Decimal(0)),
        usd=sum((usd for _, usd in worth), Decimal(0)),
        is_truncated=ends_inside and not form.is_whole,
    )


def _worth(
    price: Decimal, size: Decimal, instrument: Instrument, form: BookForm
) -> tuple[Decimal, Decimal]:
    """Return a level in listed base and in USD."""
    amount = size
    is_usd = form.unit == "usd"
    if form.unit == "contracts" and instrument.contract_size is not None:
        amount = size * instrument.contract_size
        is_usd = instrument.contract_size_unit == "usd"
    return (amount / price, amount) if is_usd else (amount, amount * price)
