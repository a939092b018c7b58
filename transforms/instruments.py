"""From ccxt market structures to instruments, per venue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from math import prod
from typing import Any

from oirisk.schemas.calls import Market
from oirisk.schemas.instruments import Instrument, Kind, Margin, is_dollar, is_symbol
from oirisk.schemas.text import is_name, seen
from oirisk.schemas.units import unit_rules
from oirisk.schemas.venue import Endpoint, Product, Venue
from oirisk.transforms.assets import canonical_asset
from oirisk.transforms.decode import pick
from oirisk.transforms.numbers import number

_UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What an odd entry raises; it must not stop the others."""

_NAMES = ("base", "quote", "settle", "optionType")
"""What is stored of a market besides its symbol and id, as texts."""

_PERPETUAL_AFTER = datetime(2200, 1, 1, tzinfo=UTC)
"""Deribit dates its perpetuals to the year 3000."""


@dataclass(frozen=True)
class Listing:
    """What a venue lists.

    Args:
        instruments: Usable instruments by (product, market id).
        refused: Why an instrument cannot be used, by (product, market id): ``check: reason``.
        other: Market ids that are listed but are no derivatives of ours (spot, foreign products).
    """

    instruments: Mapping[tuple[str, str], Instrument] = field(default_factory=dict)
    refused: Mapping[tuple[str, str], str] = field(default_factory=dict)
    other: frozenset[str] = frozenset()

    def expected(self, endpoint: Endpoint, at: datetime) -> set[tuple[str, str]]:
        """Return the keys of active, unexpired instruments that an answer should hold."""
        products = {product.name for product in endpoint.products}
        return {
            key
            for key, instrument in self.instruments.items()
            if key[0] in products
            and instrument.is_active
            and (instrument.expiry is None or instrument.expiry > at)
        }


def list_instruments(venue: Venue, markets: Sequence[Market]) -> Listing:
    """Resolve every market of a venue that one of its product lines covers.

    Args:
        venue: The venue's declaration.
        markets: ccxt unified market structures.

    Returns:
        The listing; nothing is dropped silently: what cannot be used is named with its reason.
    """
    instruments: dict[tuple[str, str], Instrument] = {}
    refused: dict[tuple[str, str], str] = {}
    other: set[str] = set()
    for market in markets:
        product = _product_of(venue, market)
        if product is None:
            other.add(str(market.get("id")))
            continue
        key = (product.name, str(pick(market, product.market_key)))
        reason = _refusal(market, key[1]) or (product.refusal(market) if product.refusal else "")
        try:
            instrument = None if reason else _resolve(venue, product, market)
        except _UNREADABLE as error:
            instrument = None
            reason = f"readable: the market list's entry cannot be read: {error!r}"
        if instrument is None or reason:
            refused[key] = reason
        else:
            instruments[key] = instrument
    return Listing(instruments, refused, frozenset(other))


def _product_of(venue: Venue, market: Market) -> Product | None:
    if not market.get("contract"):
        return None
    found = (endpoint.product_of(market) for endpoint in venue.endpoints)
    return next((product for product in found if product is not None), None)


def _refusal(market: Market, market_id: str) -> str:
    symbol = str(market.get("symbol"))
    if not is_symbol(symbol):
        wanted = "expected BASE/QUOTE:SETTLE without markup or spaces"
        return f"valid_symbol: {wanted}, saw {seen(symbol)}"
    names = (market_id, *(str(market.get(name)) for name in _NAMES))
    odd = [name for name in names if not is_name(name)]
    if odd:
        return f"valid_name: expected a name that can be printed, saw {seen(odd[0])}"
    if not is_dollar(str(market.get("quote"))):
        return f"quote_in_usd: no USD rate for quote {seen(market.get('quote'))}"
    return ""


def _resolve(venue: Venue, product: Product, market: Market) -> Instrument:
    asset, multiplier = canonical_asset(_listed_base(market), venue.id)
    kind, margin = _kind(product, market), _margin(product, market)
    size = contract_size(product, market)
    return Instrument(
        venue=venue.id,
        symbol=str(market["symbol"]),
        market_id=str(pick(market, product.market_key)),
        product=product.name,
        asset=asset,
        base_multiplier=multiplier,
        quote=str(market["quote"]),
        settle=str(market["settle"]),
        kind=kind,
        margin=margin,
        contract_size=size,
        contract_size_unit=_size_unit(size, kind, margin),
        expiry=None if kind in {"perp", "pool"} else _instant(market.get("expiry")),
        strike=number(market.get("strike")),
        option_type=_text(market.get("optionType")),
        max_leverage=number(pick(market, "limits.leverage.max")),
        listed_at=_instant(market.get("created")),
        is_active=market.get("active") is not False,
        market=market,
    )


def _text(value: Any) -> str | None:  # noqa: ANN401 -- whatever ccxt gives
    return None if value is None else str(value)


def _listed_base(market: Market) -> str:
    """Return the base as the exchange spells it, where ccxt says that: kPEPE, not KPEPE."""
    base, native = str(market["base"]), str(market.get("baseName"))
    return native if native.upper() == base.upper() else base


def _kind(product: Product, market: Market) -> Kind:
    if product.shorts is not None:
        return "pool"
    if market.get("option"):
        return "option"
    if product.is_perpetual is not None and product.is_perpetual(market):
        return "perp"
    expiry = _instant(market.get("expiry"))
    dated = market.get("future") and (expiry is None or expiry < _PERPETUAL_AFTER)
    return "future" if dated else "perp"


def _margin(product: Product, market: Market) -> Margin:
    """Tell what a contract is margined in; against a pool it counts coins, whatever is paid in."""
    if product.shorts is not None:
        return "linear"
    if market.get("settle") == market.get("quote") or is_dollar(str(market.get("settle"))):
        return "linear"
    return "inverse" if market.get("settle") == market.get("base") else "quanto"


def _size_unit(size: Decimal | None, kind: Kind, margin: Margin) -> Any:  # noqa: ANN401 -- a Literal
    if size is None:
        return None
    return "usd" if margin == "inverse" and kind != "option" else "base"


def contract_size(product: Product, market: Market) -> Decimal | None:
    """Return the contract size the registry points to, else ccxt's; None where it is not given.

    A source is a path in the market; ``a * b`` multiplies two.
    """
    sources = [unit_rules()[rule].contract_size_source for rule in product.rule_names()]
    source = next((source for source in sources if source), "contractSize")
    factors = [number(pick(market, path.strip())) for path in source.split("*")]
    known = [factor for factor in factors if factor is not None and factor > 0]
    return prod(known, start=Decimal(1)) if len(known) == len(factors) else None


def _instant(milliseconds: Any) -> datetime | None:  # noqa: ANN401 -- whatever ccxt gives
    value = number(milliseconds)
    if value is None or value <= 0:
        return None
    try:
        return datetime.fromtimestamp(float(value) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
