"""Names that may be a multiple of a coin, settled by the prices of all exchanges of a run."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from oirisk.schemas.instruments import Instrument
from oirisk.transforms.derive import Derived
from oirisk.transforms.instruments import Listing
from oirisk.transforms.names import Key, Multiple, in_coins, settle_names

_NAMED = 3


def with_settled_names(results: Sequence[Derived]) -> tuple[Derived, ...]:
    """Give coins their names where a listed name turns out to be a multiple.

    What no price settles stays an asset of its own, and is said.

    Args:
        results: Rows of the exchanges of one run.
    """
    listings = [one.listing for one in results if one.listing is not None]
    instruments = [one for listing in listings for one in listing.instruments.values()]
    if not instruments:
        return tuple(results)
    rows = pl.concat([one.verdict.accepted for one in results])
    settled = settle_names(instruments, rows)
    return tuple(_renamed(one, settled.multiples, settled.open) for one in results)


def _renamed(
    result: Derived, multiples: Mapping[Key, Multiple], unsettled: Mapping[Key, Multiple]
) -> Derived:
    mine = {key: one for key, one in multiples.items() if key[0] == result.venue}
    notes = _doubts({key: one for key, one in unsettled.items() if key[0] == result.venue})
    if result.listing is None or not (mine or notes):
        return result
    listed = {
        key: _named(one, mine.get((one.venue, one.symbol)))
        for key, one in result.listing.instruments.items()
    }
    verdict = replace(result.verdict, accepted=in_coins(result.verdict.accepted, mine))
    listing = Listing(listed, result.listing.refused, result.listing.other)
    return replace(result, listing=listing, verdict=verdict, notes=(*result.notes, *notes))


def _named(instrument: Instrument, found: Multiple | None) -> Instrument:
    if found is None:
        return instrument
    return replace(instrument, asset=found.asset, base_multiplier=found.multiplier)


def _doubts(unsettled: Mapping[Key, Multiple]) -> list[str]:
    """Say which names no price settled."""
    if not unsettled:
        return []
    first = list(unsettled.items())[:_NAMED]
    said = [f"{symbol} ({one.multiplier:f} {one.asset}?)" for (_, symbol), one in first]
    more = len(unsettled) - len(first)
    rest = f" and {more} more" if more else ""
    named = ", ".join(said) + rest
    return [f"no price tells whether these are multiples, taken as they are: {named}"]
