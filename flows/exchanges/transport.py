"""HTTP under ccxt: live, simulated or replayed, and everything that passed written down.

ccxt is given a session object of ours instead of an aiohttp session. Whatever it requests goes
through here, so the archive holds the text that was received, not what a parser made of it,
and every request that left this machine, also those that aiohttp sends on its own account.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Any, Protocol

import aiohttp
from yarl import URL

from oirisk.flows.exchanges.bounds import Budget, stay_on_host
from oirisk.flows.exchanges.cassette import Cassette
from oirisk.flows.exchanges.hidden import Hidden, hidden
from oirisk.flows.settings.sections import FetchSettings
from oirisk.schemas.responses import Response, text_of
from oirisk.schemas.text import shown
from oirisk.schemas.venue import Venue

Clock = Callable[[], datetime]

_SECONDS = re.compile(r"\d{1,9}(\.\d+)?", re.ASCII)


@dataclass
class Exchange:
    """The attempt under way in this task: what it is for, and what came back.

    Loading markets makes several requests in one attempt; ``failed`` is the one that broke it.
    """

    endpoint: str
    attempt: int
    responses: list[Response] = field(default_factory=list)
    failed: Response | None = None


@dataclass
class Sent:
    """One request of an attempt: its answer, and how long the exchange wants to be left alone.

    ``terms`` are the parameters that went into its path, by name.
    """

    terms: Mapping[str, str] = field(default_factory=dict)
    response: Response | None = None
    retry_after: float | None = None


UNDER_WAY: ContextVar[Exchange] = ContextVar("UNDER_WAY")
SENT: ContextVar[Sent] = ContextVar("SENT")


class NoRecordedAnswerError(aiohttp.ClientError):
    """The recording holds no unused answer to a request."""


@dataclass(frozen=True)
class Answer:
    """What ccxt reads of an aiohttp response."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: str

    async def text(self, errors: str = "replace") -> str:
        """Return the body."""
        del errors
        return self.body


class Session(Protocol):
    """What ccxt needs of an aiohttp session."""

    headers: Mapping[str, str]

    def get(self, url: URL, **kwargs: Any) -> AbstractAsyncContextManager[Answer]:  # noqa: ANN401
        """Open a GET request."""
        ...

    def post(self, url: URL, **kwargs: Any) -> AbstractAsyncContextManager[Answer]:  # noqa: ANN401
        """Open a POST request."""
        ...

    async def close(self) -> None:
        """Release connections."""
        ...


class LiveSession:
    """Real HTTP, to an exchange or to a simulated one on loopback.

    Bodies are read piece by piece, decompressed no further than they may be, and redirects are
    followed on the same host alone.
    """

    headers: Mapping[str, str] = MappingProxyType({})

    def __init__(self, venue: Venue, settings: FetchSettings, clock: Clock) -> None:
        """Open a session for one exchange; ``clock`` dates what it receives."""
        self._venue = venue
        self._clock = clock
        self._hide = hidden(venue)
        self._budget = Budget(settings.max_body_mb)
        self._inner = aiohttp.ClientSession(trace_configs=[_counting()])
        self._under_way: set[asyncio.Task[Any]] = set()

    def get(self, url: URL, **kwargs: Any) -> AbstractAsyncContextManager[Answer]:  # noqa: ANN401
        """Open a GET request."""
        return self._request("GET", url, **kwargs)

    def post(self, url: URL, **kwargs: Any) -> AbstractAsyncContextManager[Answer]:  # noqa: ANN401
        """Open a POST request."""
        return self._request("POST", url, **kwargs)

    async def close(self) -> None:
        """Release connections; requests that nobody waits for any more are cut and noted."""
        left = self._under_way - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await self._inner.close()

    @asynccontextmanager
    async def _request(self, method: str, url: URL, **kwargs: Any) -> AsyncIterator[Answer]:  # noqa: ANN401
        note = _Note(
            self._venue.id, method, url, _text(kwargs.get("data")), self._clock(), self._hide
        )
        count = _Count()
        try:
            with self._registered():
                self._budget.request()
                async with self._inner.request(
                    method, url, trace_request_ctx=count, **kwargs
                ) as reply:
                    body = await self._budget.read(reply)
        except (aiohttp.ClientError, TimeoutError, asyncio.CancelledError, OSError) as error:
            note.repeated(count.sent - 1, self._clock())
            note.down(0, b"", self._clock(), error=shown(f"{type(error).__name__}: {error}"))
            raise
        answer = Answer(reply.status, reply.reason or "", dict(reply.headers), text_of(body))
        note.repeated(count.sent - 1, self._clock())
        note.down(answer.status, body, self._clock())
        SENT.get(Sent()).retry_after = retry_after_seconds(answer.headers, self._clock())
        yield answer

    @contextmanager
    def _registered(self) -> Iterator[None]:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a request needs a task, saw none; await it from a coroutine")
        self._under_way.add(task)
        try:
            yield
        finally:
            self._under_way.discard(task)


@dataclass
class _Count:
    """How often one request was put on the wire: aiohttp repeats one whose connection was stale."""

    sent: int = 0


def _counting() -> aiohttp.TraceConfig:
    async def sent(_session: object, context: Any, _request: object) -> None:  # noqa: ANN401
        context.trace_request_ctx.sent += 1

    trace = aiohttp.TraceConfig()
    trace.on_request_headers_sent.append(sent)
    trace.on_request_redirect.append(stay_on_host)
    return trace


class ReplaySession:
    """Answers from a recording."""

    headers: Mapping[str, str] = MappingProxyType({})

    def __init__(self, venue: Venue, tape: Cassette) -> None:
        """Answer from one exchange's recorded lines."""
        self._venue = venue
        self._tape = tape
        self._hide = hidden(venue)

    def get(self, url: URL, **kwargs: Any) -> AbstractAsyncContextManager[Answer]:  # noqa: ANN401
        """Open a GET request."""
        return self._request("GET", url, kwargs.get("data"))

    def post(self, url: URL, **kwargs: Any) -> AbstractAsyncContextManager[Answer]:  # noqa: ANN401
        """Open a POST request."""
        return self._request("POST", url, kwargs.get("data"))

    async def close(self) -> None:
        """Nothing to release."""

    @asynccontextmanager
    async def _request(self, method: str, url: URL, data: Any) -> AsyncIterator[Answer]:  # noqa: ANN401
        body = _text(data)
        url = URL(self._hide(str(url)), encoded=True)
        body = None if body is None else self._hide(body)
        line = self._tape.answer(method, url, body)
        if line is None:
            raise NoRecordedAnswerError(f"the recording holds no answer to {method} {url}")
        note = _Note(self._venue.id, method, URL(line.url), body, line.received_at, self._hide)
        note.down(line.status, line.received, line.received_at)
        yield Answer(line.status, "", {"Content-Type": "application/json"}, text_of(line.received))


@dataclass(frozen=True)
class _Note:
    venue: str
    method: str
    url: URL
    body: str | None
    requested_at: datetime
    hide: Hidden

    def down(self, status: int, body: bytes, at: datetime, error: str | None = None) -> None:
        """Write the answer down for the call that is under way."""
        under_way, sent = UNDER_WAY.get(), SENT.get(Sent())
        received = self.hide.in_bytes(body)
        text = text_of(received)
        response = Response(
            venue=self.venue,
            endpoint=under_way.endpoint,
            method=self.method,
            url=self.hide(str(self.url)),
            params=self.hide(json.dumps({**sent.terms, **self.url.query})),
            request_body=None if self.body is None else self.hide(self.body),
            status=status,
            requested_at=self.requested_at,
            received_at=at,
            attempt=under_way.attempt,
            body=text,
            error=None if error is None else self.hide(error),
            body_bytes=None if text.encode() == received else received,
        )
        under_way.responses.append(response)
        sent.response = response

    def repeated(self, times: int, at: datetime) -> None:
        """Write down that the request went out more often than once, before its last answer."""
        for _ in range(times):
            self.down(0, b"", at, error="redirected, or the connection was lost: sent again")


def _text(data: Any) -> str | None:  # noqa: ANN401 -- what ccxt sends
    if data is None:
        return None
    return data.decode() if isinstance(data, bytes) else str(data)


def retry_after_seconds(headers: Mapping[str, str], now: datetime) -> float | None:
    """Read how long a server wants to be left alone.

    Args:
        headers: Of its answer. ``Retry-After`` is seconds or an HTTP date; a date is measured
            against the answer's own ``Date``, so that a wrong clock here does no harm.
        now: Stands in where there is no ``Date``.

    Returns:
        Seconds, not negative; None if it does not say, or nothing readable.
    """
    lower = {key.lower(): text.strip() for key, text in headers.items()}
    value = lower.get("retry-after", "")
    if _SECONDS.fullmatch(value):
        return float(value)
    until, sent = _http_date(value), _http_date(lower.get("date", ""))
    return None if until is None else max(0.0, (until - (sent or now)).total_seconds())


def _http_date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
