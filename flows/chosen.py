"""The exchanges of a configuration: those with a file here, and those it declares itself."""

from collections.abc import Mapping, Sequence

from oirisk.flows.settings import Settings
from oirisk.flows.venues import all_venues, select_venues
from oirisk.flows.venues.generic import build_generic
from oirisk.schemas.venue import Venue


def known_venues(settings: Settings) -> Mapping[str, Venue]:
    """Return every exchange that can be asked, by ccxt id.

    Raises:
        ConfigurationError: A declared exchange cannot work.
    """
    declared = build_generic(settings.generic, all_venues())
    return {**all_venues(), **{venue.id: venue for venue in declared}}


def chosen_venues(settings: Settings, ids: Sequence[str] = ()) -> tuple[Venue, ...]:
    """Return the exchanges to ask: those named, else the configured and the declared ones.

    Raises:
        ConfigurationError: One is not known, or two share an order book.
    """
    declared = build_generic(settings.generic, all_venues())
    names = ids or (*settings.venues, *(venue.id for venue in declared))
    return select_venues(tuple(dict.fromkeys(names)), declared)
