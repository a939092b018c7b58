"""What came over the wire: one HTTP exchange, kept as it was received."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from oirisk.schemas.calls import Market

MARKETS_ENDPOINT = "markets"


def text_of(received: bytes) -> str:
    """Return a body as text: JSON is UTF-8, and U+FFFD stands for bytes that are not."""
    return received.decode(errors="replace")


KnownMarkets = tuple[datetime, list[Market]]
"""A market list, and when it was received."""


@dataclass(frozen=True)
class Response:
    """One request and its answer.

    ``endpoint`` is the product line asked for, ``markets`` for the instrument list (whose body
    is the JSON list of ccxt market structures) or ``load_markets`` for the requests behind it.
    ``error`` says why an answer was not usable, or why there was none (``status`` 0).
    ``body_bytes`` is what came where that is no UTF-8; ``body`` then shows U+FFFD for what is not.
    """

    venue: str
    endpoint: str
    method: str
    url: str
    params: str
    request_body: str | None
    status: int
    requested_at: datetime
    received_at: datetime
    attempt: int
    body: str
    error: str | None = None
    body_bytes: bytes | None = None

    @property
    def received(self) -> bytes:
        """The body as it came."""
        return self.body.encode() if self.body_bytes is None else self.body_bytes

    @property
    def sha256(self) -> str:
        """Checksum of the body as it came."""
        return hashlib.sha256(self.received).hexdigest()


@dataclass
class VenueSnapshot:
    """What one venue gave in one run.

    Args:
        venue: ccxt id.
        status: ``asked``, or ``skipped`` when the source does not hold the venue.
        responses: Everything received, by call and attempt; usable answers have no ``error``.
        failures: Why calls failed, as ``endpoint: reason``; calls that failed alike are one entry.
        notes: The same for endpoints that only complete others: a price or volume is missing, and
            no open interest. And entries of the market list that cannot be read.
        seconds: Wall time.
    """

    venue: str
    status: str = "asked"
    responses: list[Response] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def requests(self) -> int:
        """HTTP requests made, retries included."""
        return sum(response.endpoint != MARKETS_ENDPOINT for response in self.responses)
