"""One file per exchange: its calls, its fields, and the unit rules it refers to.

A file here is found by itself: it defines ``VENUE``. Apart from the exchanges there are only
``generic`` (exchanges that a configuration declares) and ``left_out`` (those without a file).
"""

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from functools import cache

from oirisk.flows.venues.left_out import LEFT_OUT
from oirisk.schemas.errors import ConfigurationError
from oirisk.schemas.venue import Venue

_OTHERS = frozenset({"generic", "left_out"})


@cache
def all_venues() -> Mapping[str, Venue]:
    """Return every venue that has a file, by ccxt id."""
    names = sorted({module.name for module in pkgutil.iter_modules(__path__)} - _OTHERS)
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    return {module.VENUE.id: module.VENUE for module in modules}


def select_venues(ids: Sequence[str], declared: Sequence[Venue] = ()) -> tuple[Venue, ...]:
    """Return the declarations of the configured venues.

    Args:
        ids: ccxt ids, as configured.
        declared: Venues that the configuration itself declares.

    Raises:
        ConfigurationError: A venue has no declaration, or two share one order book.
    """
    known = {**all_venues(), **{venue.id: venue for venue in declared}}
    unknown = [venue for venue in ids if venue not in known]
    if unknown:
        reasons = [f"{venue}: {LEFT_OUT[venue]}" for venue in unknown if venue in LEFT_OUT]
        raise ConfigurationError(
            f"venues {', '.join(unknown)} are not known; choose from {', '.join(known)}"
            + "".join(f"; {reason}" for reason in reasons)
        )
    chosen = [known[venue] for venue in dict.fromkeys(ids)]
    by_book: dict[str, str] = {}
    for venue in chosen:
        if venue.book in by_book:
            raise ConfigurationError(
                f"venues {by_book[venue.book]} and {venue.id} are the same order book "
                f"({venue.book}); keep one, or its open interest counts twice"
            )
        by_book[venue.book] = venue.id
    return tuple(chosen)
