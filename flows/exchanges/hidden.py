"""What stands in requests and is written down nowhere: tokens of exchanges that ask for one."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

from oirisk.schemas.venue import Venue

SHOWN_AS = "***"
_PLAIN_HEADERS = frozenset({"accept", "accept-language", "content-type", "origin", "user-agent"})
"""Headers that hold no secret, and whose values may be ordinary words."""


@dataclass(frozen=True)
class Hidden:
    """Replaces secrets in texts, in every form in which a request carries them.

    Args:
        forms: What is replaced, the longest first.
    """

    forms: tuple[str, ...] = ()

    def __call__(self, text: str) -> str:
        """Return a text without them."""
        for form in self.forms:
            text = text.replace(form, SHOWN_AS)
        return text

    def in_bytes(self, received: bytes) -> bytes:
        """Return a body without them; every other byte stays as it is."""
        for form in self.forms:
            received = received.replace(form.encode(), SHOWN_AS.encode())
        return received


def hidden(venue: Venue) -> Hidden:
    """Return what hides the secrets of one exchange."""
    if venue.address is None:
        return Hidden()
    headers = venue.address.headers.items()
    values = {
        *venue.address.secrets.values(),
        *(value for name, value in headers if name.lower() not in _PLAIN_HEADERS),
    }
    forms = {form for value in values if value for form in _forms(value)}
    return Hidden(tuple(sorted(forms, key=lambda form: (-len(form), form))))


def _forms(value: str) -> Iterator[str]:
    yield from (value, quote(value, safe=""), quote(value), quote_plus(value))
    yield json.dumps(value)[1:-1]
