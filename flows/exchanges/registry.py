"""Every exchange that has a folder here: its declaration, its history, what it tells of options.

A folder is found by itself: ``declaration`` defines ``VENUE``, and where there are such modules
``history`` defines ``HISTORY`` and ``options`` ``OPTIONS``.
"""

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from types import ModuleType

from oirisk.flows import exchanges
from oirisk.flows.exchanges.excluded import LEFT_OUT
from oirisk.schemas.errors import ConfigurationError
from oirisk.schemas.history import VenueHistory
from oirisk.schemas.option_figures import OptionFigures
from oirisk.schemas.venue import Venue


@cache
def all_venues() -> Mapping[str, Venue]:
    """Return every venue that has a folder, by ccxt id."""
    venues = (module.VENUE for module in _modules("declaration"))
    return {venue.id: venue for venue in venues}


@cache
def all_histories() -> Mapping[str, VenueHistory]:
    """Return what each venue's history endpoints give, by ccxt id; the others have none."""
    histories = (module.HISTORY for module in _modules("history"))
    return {history.venue: history for history in histories}


@cache
def all_option_figures() -> Mapping[str, OptionFigures]:
    """Return what each venue tells of its options, by ccxt id; the others tell nothing."""
    figures = (module.OPTIONS for module in _modules("options"))
    return {one.venue: one for one in figures}


def _modules(name: str) -> Iterator[ModuleType]:
    """Import the modules of one name from the folders of exchanges, in the order of these."""
    for folder in sorted(pkgutil.iter_modules(exchanges.__path__)):
        module = f"{exchanges.__name__}.{folder.name}.{name}"
        if folder.ispkg and importlib.util.find_spec(module):
            yield importlib.import_module(module)


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
