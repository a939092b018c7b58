"""Terms that an answer carries itself: they beat those of a list that is up to a day old."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from oirisk.schemas.calls import Market
from oirisk.schemas.units import unit_rules
from oirisk.schemas.venue import Product, Row, Venue
from oirisk.transforms.decode import pick
from oirisk.transforms.joins import Answer
from oirisk.transforms.market_fields import interval_hours
from oirisk.transforms.numbers import number

_INFO = "info."
_NAMED = 3


@dataclass(frozen=True)
class Difference:
    """What an answer says otherwise than the market list."""

    symbol: str
    term: str
    listed: Decimal
    told: Decimal

    def __str__(self) -> str:
        """Say it in a line."""
        return f"{self.symbol} {self.term} {self.told:f}, {self.listed:f} by the market list"


def with_own_terms(
    venue: Venue, markets: Sequence[Market], answers: Iterable[Answer]
) -> tuple[list[Market], list[Difference]]:
    """Put the terms that rows carry in the place of those of the market list.

    A row carries a term where it has the field that the list's own row (``info``) has: the
    contract size, the scale of prices, the interval of funding.

    Args:
        venue: Which fields matter.
        markets: ccxt unified market structures.
        answers: What came, in order of receipt.

    Returns:
        The markets, those of which a term differs replaced; and what differs.
    """
    found = list(markets)
    places = dict(_places(venue, found))
    differences: list[Difference] = []
    for answer in answers:
        for product in answer.endpoint.products:
            scales = _listed_terms(product)
            for row in answer.rows:
                place = places.get((product.name, str(pick(row, product.fields.market_id))))
                if place is None:
                    continue
                told = list(_differing(found[place], row, scales))
                differences += told
                if told:
                    found[place] = _replaced(found[place], told)
                differences += _interval(found[place], row, product)
    return found, differences


def sum_up(differences: Sequence[Difference]) -> list[str]:
    """Say what differs, in one note."""
    if not differences:
        return []
    first = "; ".join(str(one) for one in differences[:_NAMED])
    more = len(differences) - _NAMED
    rest = f"; and {more} more" if more > 0 else ""
    return [f"the answer's own terms are used: {first}{rest}"]


def _places(venue: Venue, markets: Sequence[Market]) -> Iterator[tuple[tuple[str, str], int]]:
    for place, market in enumerate(markets):
        if market.get("contract"):
            for product in venue.products():
                if product.covers(market):
                    yield (product.name, str(pick(market, product.market_key))), place


def _listed_terms(product: Product) -> frozenset[str]:
    """Return the native names of the numbers that are read from a product's market list."""
    rules = (unit_rules()[name] for name in product.rule_names())
    sizes = (path.strip() for rule in rules for path in rule.contract_size_source.split("*"))
    paths = {*sizes, *product.fields.decimals.values()}
    return frozenset(path.removeprefix(_INFO) for path in paths if path.startswith(_INFO))


def _differing(market: Market, row: Row, names: Iterable[str]) -> Iterator[Difference]:
    for name in sorted(names):
        told, listed = _readable(row, name), _readable(market, _INFO + name)
        if told is not None and listed is not None and told != listed:
            yield Difference(str(market.get("symbol")), name, listed, told)


def _interval(market: Market, row: Row, product: Product) -> list[Difference]:
    interval = product.fields.funding_interval
    if interval is None or interval.listed is None or not interval.path:
        return []
    told = interval_hours(row, interval)
    listed = interval_hours(market, interval.listed)
    if told is None or listed is None or told == listed:
        return []
    return [Difference(str(market.get("symbol")), "hours between fundings", listed, told)]


def _readable(found: Mapping[str, Any], path: str) -> Decimal | None:
    """Read a number; one that cannot be read is nobody's term."""
    try:
        value = number(pick(found, path))
    except ValueError:
        return None
    return value if value is not None and value.is_finite() else None


def _replaced(market: Market, told: Iterable[Difference]) -> Market:
    return {**market, "info": {**market["info"], **{one.term: one.told for one in told}}}
