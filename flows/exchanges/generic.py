"""Exchanges that a configuration declares: call, field, unit and counting factor in oirisk.toml.

::

    [[generic]]
    id = "hibachi"
    call = "publicGetMarketDataOpenInterest"
    each = "symbol"
    shape = "object"
    market_id = "@asked.symbol"
    field = "totalQuantity"
    unit = "base"
    counting_factor = "1"

An exchange that ccxt does not know has an address, a path and a market list instead of the call.
What is declared so counts as assumed, in every footnote.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ccxt.async_support as ccxt
from pydantic import SecretStr

from oirisk.schemas.calls import Bulk, Call, Market, PerValue, get
from oirisk.schemas.errors import ConfigurationError
from oirisk.schemas.generic import GenericLine, GenericMarkets
from oirisk.schemas.units import add_rules
from oirisk.schemas.venue import Address, Endpoint, Fields, Figures, MarketList, Product, Row, Venue
from oirisk.transforms.decode import object_at, rows_at, values_at
from oirisk.transforms.markets import ContractFields

_COVERS: Mapping[str, Callable[[Market], bool]] = {
    "linear": lambda market: bool(market.get("linear")) and not market.get("option"),
    "inverse": lambda market: bool(market.get("inverse")) and not market.get("option"),
    "option": lambda market: bool(market.get("option")),
    "pool": lambda market: bool(market.get("swap")),
}


_ROW_FIELDS = (
    "market_id",
    "mark_price",
    "index_price",
    "last_price",
    "value_price",
    "underlying_price",
    "volume_base",
    "volume_usd",
    "observed_at",
    "observed_unit",
)


def build_generic(declared: Sequence[GenericLine], known: Mapping[str, Venue]) -> tuple[Venue, ...]:
    """Make venues of what a configuration declares, and add their rules to the registry.

    Args:
        declared: The ``[[generic]]`` sections; sections of one exchange make one venue.
        known: Venues that have a file.

    Raises:
        ConfigurationError: The exchange has a file already, ccxt has no such exchange or call,
            or two sections of an exchange name one product.
    """
    by_id: dict[str, list[GenericLine]] = defaultdict(list)
    for section in declared:
        _check(section, known, by_id[section.id])
        by_id[section.id].append(section)
    add_rules(rule for section in declared for rule in section.rules())
    return tuple(
        Venue(
            id=name,
            book=name,
            endpoints=tuple(_endpoint(section) for section in sections),
            address=_address(sections[0]),
        )
        for name, sections in by_id.items()
    )


def _address(section: GenericLine) -> Address | None:
    listed = section.markets
    if listed is None:
        return None
    names = listed.model_dump(exclude={"path", "params", "shape", "rows"})
    asked = get(listed.path, **listed.params)
    lists = MarketList((asked,), _reader(listed), ContractFields(**names))
    headers, secrets = _told(section.headers), _told(section.secret_params)
    return Address(section.address, lists, section.interval_ms, headers, secrets)


def _told(values: Mapping[str, SecretStr]) -> dict[str, str]:
    return {name: value.get_secret_value() for name, value in values.items()}


def _endpoint(section: GenericLine) -> Endpoint:
    first, *shorts = (rule.id for rule in section.rules())
    product = Product(
        name=section.product,
        covers=_COVERS[section.product],
        rules=(first,),
        shorts=Figures(tuple(shorts)) if shorts else None,
        fields=Fields(**{name: getattr(section, name) for name in _ROW_FIELDS}),
    )
    return Endpoint(section.product, (product,), _calls(section), _reader(section))


def _calls(section: GenericLine) -> Callable[[Sequence[Market]], tuple[Call, ...]]:
    asked = Call("GET", section.params, section.path)
    if section.call:
        asked = Call(section.call, section.params)
    return PerValue(asked, section.each) if section.each else Bulk(asked)


def _reader(section: GenericLine | GenericMarkets) -> Callable[[Any], list[Row]]:
    path = tuple(section.rows.split(".")) if section.rows else ()
    if section.shape == "object":
        return object_at(*path)
    return values_at(*path, key=section.market_id) if section.shape == "values" else rows_at(*path)


def _check(section: GenericLine, known: Mapping[str, Venue], earlier: list[GenericLine]) -> None:
    where = f"[[generic]] id = {section.id!r}"
    if section.id in known:
        raise ConfigurationError(f"{where}: oirisk knows this exchange; name it in venues instead")
    if section.call:
        _check_ccxt(section, where)
    if any(section.product == other.product for other in earlier):
        raise ConfigurationError(f"{where}: product {section.product!r} is declared twice")
    if any(_place(section) != _place(other) for other in earlier):
        raise ConfigurationError(
            f"{where}: its sections name different places; one exchange has one address, "
            "interval_ms, headers, secret_params and markets, or calls of ccxt alone"
        )


def _check_ccxt(section: GenericLine, where: str) -> None:
    if section.id not in ccxt.exchanges:
        raise ConfigurationError(
            f"{where}: ccxt {ccxt.__version__} has no such exchange; "
            "give address, path and markets instead of call"
        )
    if not hasattr(getattr(ccxt, section.id), section.call):
        raise ConfigurationError(f"{where}: ccxt has no method {section.call!r} for this exchange")


def _place(section: GenericLine) -> tuple[object, ...]:
    return (
        section.address, section.interval_ms, section.headers, section.secret_params,
        section.markets,
    )  # fmt: skip
