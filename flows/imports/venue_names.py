"""The names of order books that an import goes by: those of the exchanges, and of their twins."""

from collections.abc import Mapping, Sequence

from oirisk.flows.exchanges.excluded import SAME_BOOK
from oirisk.schemas.calls import Market
from oirisk.schemas.venue import Venue
from oirisk.transforms.imports.venues import VenueNames

_FAMILIES = (("binance", "binanceusdm", "binancecoinm"), ("deribit", "coinbaseinternational"))
"""Ids that ccxt gives to one exchange, or to one order book: each of its lines has one name here,
that of the first id of its family that is asked for the line."""

_SAMPLES: Mapping[str, Market] = {
    "linear": {"linear": True, "swap": True, "contract": True},
    "inverse": {"inverse": True, "swap": True, "contract": True},
    "option": {"option": True, "contract": True},
}
"""A market of each line, as ccxt describes it."""


def venue_names(known: Mapping[str, Venue], chosen: Sequence[Venue] = ()) -> VenueNames:
    """Return the names of all order books.

    Args:
        known: Exchanges that can be asked, by ccxt id.
        chosen: Those that are asked; of two that are one book it goes by the name of that one.
    """
    asked = {venue.id for venue in chosen}
    lines = {
        (name, line): _name(sorted(family, key=lambda id_: id_ not in asked), line, known)
        for family in _FAMILIES
        for name in family
        for line in _SAMPLES
    }
    elsewhere = {name: book for name, book in SAME_BOOK.items() if name not in known}
    return VenueNames(
        frozenset(known), elsewhere, {key: name for key, name in lines.items() if name is not None}
    )


def _name(family: Sequence[str], line: str, known: Mapping[str, Venue]) -> str | None:
    """Return the first of a family that is asked for a line; None where none is."""
    for name in family:
        if any(product.covers(_SAMPLES[line]) for product in known[name].products()):
            return name
    return None
