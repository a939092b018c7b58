"""The exchanges of a configuration: those with a file here, and those it declares itself."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from oirisk.flows.exchanges.generic import build_generic
from oirisk.flows.exchanges.registry import all_venues, select_venues
from oirisk.flows.settings.model import Settings
from oirisk.schemas.errors import ConfigurationError
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


def require_one_name(held: Collection[str], ids: Iterable[str], settings: Settings) -> None:
    """Keep the name of an order book that a home began with: under another it would be a new one.

    Args:
        held: Exchanges that the home has figures of.
        ids: Exchanges that give more.
        settings: Which exchanges are known.

    Raises:
        ConfigurationError: A book that is held under one name would go on under another.
    """
    known = known_venues(settings)
    books = {known[name].book: name for name in held if name in known}
    for name in ids:
        other = books.get(known[name].book, name)
        if name not in held and other != name:
            raise ConfigurationError(
                f"venues {other} and {name} are the same order book ({known[name].book}), and this "
                f"home holds it as {other}: configure that name, or choose another --home"
            )
