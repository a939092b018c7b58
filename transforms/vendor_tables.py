"""Rows of a vendor's table, and which of our instruments each one is."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from oirisk.schemas.instruments import is_dollar
from oirisk.transforms.assets import canonical_asset
from oirisk.transforms.numbers import number

COLUMNS = (
    "exchange_name", "instrument_id", "symbol", "current_price", "open_interest_quantity",
    "open_interest_usd",
)  # fmt: skip
"""What a table is read by; a mapping gives them other names."""

EXCHANGES: Mapping[str, tuple[str, ...]] = {
    "aster": ("aster",),
    "binance": ("binanceusdm", "binancecoinm"),
    "bingx": ("bingx",),
    "bitfinex": ("bitfinex",),
    "bitget": ("bitget",),
    "bybit": ("bybit",),
    "cryptocom": ("cryptocom",),
    "delta": ("delta",),
    "deribit": ("deribit",),
    "derive": ("derive",),
    "dydx": ("dydx",),
    "gate": ("gate",),
    "gateio": ("gate",),
    "htx": ("htx",),
    "huobi": ("htx",),
    "hyperliquid": ("hyperliquid",),
    "kraken": ("krakenfutures",),
    "krakenfutures": ("krakenfutures",),
    "kucoin": ("kucoinfutures",),
    "kucoinfutures": ("kucoinfutures",),
    "mexc": ("mexc",),
    "okex": ("okx",),
    "okx": ("okx",),
    "paradex": ("paradex",),
    "phemex": ("phemex",),
    "woofipro": ("woofipro",),
    "woox": ("woofipro",),
}
"""Our venues by a vendor's name of an exchange, in small letters and digits."""

_NOT_NAMED = re.compile(r"[^a-z0-9]")
_PRODUCT = re.compile(r"_[UDC]MCBL$")
_DATED = re.compile(r"\d{6}$|\d{1,2}[A-Z]{3}\d{2}$|[FGHJKMNQUVXZ]\d{2}$")


@dataclass(frozen=True)
class VendorRow:
    """One contract as a vendor prints it.

    Args:
        exchange: The vendor's name of the exchange.
        venues: Our venues that this may be; the exchange itself where we have none.
        instrument_id: The vendor's name of the contract.
        asset: Canonical coin.
        quote: Currency of the price; empty where the table has no symbol.
        is_dated: Whether it expires.
        usd: Open interest in USD.
        coins: Open interest in listed coins; None where the table has none.
    """

    exchange: str
    venues: tuple[str, ...]
    instrument_id: str
    asset: str
    quote: str
    is_dated: bool
    usd: Decimal
    coins: Decimal | None


@dataclass(frozen=True)
class OwnRow:
    """One of our instruments at an instant, single-sided.

    Args:
        venue: ccxt id.
        symbol: Unified symbol.
        market_id: The exchange's own name.
        asset: Canonical coin.
        quote: Currency of the price.
        kind: ``perp`` or ``future``.
        is_inverse: Whether contracts are worth USD.
        contract_size: In listed coins or USD; None where it is not known.
        coins: Open interest in listed coins.
        usd: Open interest in USD.
        elsewhen: What ``coins`` (of inverse contracts ``usd``) was at other instants nearby.
        then: What it was at the vendor's instant; None where that cannot be told.
    """

    venue: str
    symbol: str
    market_id: str
    asset: str
    quote: str
    kind: str
    is_inverse: bool
    contract_size: Decimal | None
    coins: Decimal
    usd: Decimal
    elsewhen: tuple[Decimal, ...] = ()
    then: Decimal | None = None


def read_row(cells: Mapping[str, str | None], exchanges: Mapping[str, str]) -> VendorRow | str:
    """Read one row of a table.

    Args:
        cells: Text by the names of ``COLUMNS``.
        exchanges: Our venue by the vendor's name, where it is not the usual one.

    Returns:
        The row, or why it cannot be used.
    """
    exchange, contract = (cells.get(name) or "" for name in COLUMNS[:2])
    if not exchange or not contract:
        return f"expected exchange_name and instrument_id, saw {exchange!r} and {contract!r}"
    try:
        price, coins, usd = (number(cells.get(name)) for name in COLUMNS[3:])
    except (ValueError, ArithmeticError) as error:
        return f"{exchange} {contract}: {error}"
    if usd is None and coins is not None and price is not None:
        usd = coins * price
    if usd is None or not usd.is_finite() or usd < 0:
        return f"{exchange} {contract}: expected open interest in USD, or coins and a price"
    base, _, quote = (cells.get("symbol") or contract).partition("/")
    venues = (exchanges[exchange],) if exchange in exchanges else EXCHANGES.get(_plain(exchange))
    return VendorRow(
        exchange=exchange,
        venues=venues or (exchange,),
        instrument_id=contract,
        asset=canonical_asset(base)[0],
        quote=quote,
        is_dated=bool(_DATED.search(contract.upper())),
        usd=usd,
        coins=coins if coins is not None and coins.is_finite() and coins > 0 else None,
    )


def read_rows(
    rows: Iterable[Mapping[str, str | None]], exchanges: Mapping[str, str]
) -> tuple[list[VendorRow], list[str]]:
    """Read the rows of a table; see :func:`read_row`.

    Returns:
        The rows, and why others were left out.
    """
    read = [read_row(cells, exchanges) for cells in rows]
    found = [row for row in read if isinstance(row, VendorRow)]
    return found, [row for row in read if isinstance(row, str)]


def align(
    vendor: Sequence[VendorRow], own: Iterable[OwnRow]
) -> list[tuple[VendorRow, OwnRow | None]]:
    """Find the instrument that each row of a table is.

    The exchange's own name goes first; a perpetual without it is the one of its coin and quote, or
    the only one of its coin.
    """
    named: dict[tuple[str, str], OwnRow] = {}
    perpetuals: dict[tuple[str, str], list[OwnRow]] = defaultdict(list)
    for row in own:
        named[row.venue, _plain(row.market_id)] = row
        if row.kind == "perp":
            perpetuals[row.venue, row.asset].append(row)
    by_name = [_by_name(row, named) for row in vendor]
    taken = {id(row) for row in by_name if row is not None}
    return [
        (row, found or _by_coin(row, perpetuals, taken))
        for row, found in zip(vendor, by_name, strict=True)
    ]


def _by_name(row: VendorRow, named: Mapping[tuple[str, str], OwnRow]) -> OwnRow | None:
    contract = _plain(_PRODUCT.sub("", row.instrument_id))
    found = (named.get((venue, contract)) for venue in row.venues)
    return next((one for one in found if one is not None), None)


def _by_coin(
    row: VendorRow, perpetuals: Mapping[tuple[str, str], Sequence[OwnRow]], taken: set[int]
) -> OwnRow | None:
    if row.is_dated:
        return None
    listed = [
        one
        for venue in row.venues
        for one in perpetuals.get((venue, row.asset), ())
        if id(one) not in taken
    ]
    exact = [one for one in listed if one.quote == row.quote]
    alike = [one for one in listed if is_dollar(row.quote) and not one.is_inverse]
    for found in (exact, alike):
        if len(found) == 1:
            return found[0]
    return None


def _plain(name: str) -> str:
    return _NOT_NAMED.sub("", name.lower())
