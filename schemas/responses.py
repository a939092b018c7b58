"""What came over the wire: one HTTP exchange, kept as it was received."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

MARKETS_ENDPOINT = "markets"


@dataclass(frozen=True)
class Response:
    """One request and its answer.

    ``endpoint`` is the product line asked for, ``markets`` for the instrument list (whose body
    is the JSON list of ccxt market structures) or ``load_markets`` for the requests behind it.
    ``error`` says why an answer was not usable, or why there was none (``status`` 0).
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

    @property
    def sha256(self) -> str:
        """Checksum of the body."""
        return hashlib.sha256(self.body.encode()).hexdigest()
