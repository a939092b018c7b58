"""How far an exchange may go: what it may send, how much of it, and whom it may have asked.

An answer is read piece by piece and left where it is too long, before it fills the memory. Where an
answer sends to another host, nobody is asked.
"""

from dataclasses import dataclass

import aiohttp
from yarl import URL

MOST_MB = 1024
"""Megabytes of bodies that one session reads; an exchange that sends more is asked no further."""

MOST_REQUESTS = 200_000
"""Requests that one session makes; fewer contracts and accounts are asked one by one."""

MOST_VALUES = 3_000_000
"""Values of one body, by its commas: decoded, each takes up to a hundred bytes."""

_MEGABYTE = 2**20
_SHOWN = 120


class TooMuchError(aiohttp.ClientError):
    """An answer, or all of a session together, is larger than it may be."""


class RedirectedError(aiohttp.ClientError):
    """An answer sends elsewhere: an exchange does not choose whom this machine asks."""


@dataclass
class Budget:
    """How much one session may ask and read.

    Args:
        body_mb: Megabytes of one body.
    """

    body_mb: float
    requests: int = 0
    received: int = 0

    def request(self) -> None:
        """Count one request.

        Raises:
            TooMuchError: There were too many.
        """
        self.requests += 1
        if self.requests > MOST_REQUESTS or self.received > MOST_MB * _MEGABYTE:
            raise TooMuchError(
                f"expected at most {MOST_REQUESTS} requests and {MOST_MB} MB of answers from one "
                f"exchange in one run, and saw {self.requests} and {self.received // _MEGABYTE}: "
                "it is asked no further"
            )

    async def read(self, reply: aiohttp.ClientResponse) -> bytes:
        """Read a body piece by piece.

        Raises:
            TooMuchError: It is longer than it may be, as it comes or decompressed, or holds more.
        """
        body, values = bytearray(), 0
        async for part in reply.content.iter_any():
            body += part
            values += part.count(b",")
            self.received += len(part)
            largest = max(len(body), reply.content.total_raw_bytes)
            if largest > self.body_mb * _MEGABYTE or values > MOST_VALUES:
                reply.close()
                raise TooMuchError(
                    f"expected a body of at most {self.body_mb:g} MB (fetch.max_body_mb) and "
                    f"{MOST_VALUES} values, saw {largest} bytes and {values} values of it"
                )
        return bytes(body)


async def stay_on_host(
    _session: object, _context: object, redirect: aiohttp.TraceRequestRedirectParams
) -> None:
    """Follow a redirect on the same host alone.

    Raises:
        RedirectedError: It leads elsewhere.
    """
    headers, asked = redirect.response.headers, redirect.response.url
    told = headers.get("Location") or headers.get("URI") or ""
    try:
        is_same = asked.join(URL(told)).origin() == asked.origin()
    except ValueError:
        is_same = False
    if not is_same:
        redirect.response.close()
        raise RedirectedError(
            f"HTTP {redirect.response.status} sends from {asked.host} to {told[:_SHOWN]!r}, and "
            "only the exchange's own host is asked"
        )
