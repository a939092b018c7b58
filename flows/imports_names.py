"""The names of order books that an import goes by: those of the exchanges, and of their twins."""

from collections import Counter
from collections.abc import Mapping

from oirisk.flows.venues.left_out import SAME_BOOK
from oirisk.schemas.venue import Venue
from oirisk.transforms.imports_venues import VenueNames

_PARTS = {"binance": "binance", "binancecoinm": "binance", "binanceusdm": "binance"}
"""ccxt's ``binance`` also gives the futures of the other two."""


def venue_names(known: Mapping[str, Venue]) -> VenueNames:
    """Return the names of all order books.

    Args:
        known: Exchanges that can be asked, by ccxt id.
    """
    ids_of = Counter(venue.book for venue in known.values())
    shared = {name: venue.book for name, venue in known.items() if ids_of[venue.book] > 1}
    elsewhere = {name: book for name, book in SAME_BOOK.items() if name not in known}
    return VenueNames(frozenset(known), elsewhere, {**shared, **_PARTS})
