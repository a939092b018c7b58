"""When a venue says stop, nobody asks it: one circuit breaker per venue and run.

::

    closed ──stop──> open ──wait over──> half-open ──answer──> closed
                      ^                     │ stop
                      └─────────────────────┘        too many stops, or banned: given up

*Closed*, requests flow. *Open*, every request of the venue waits. *Half-open*, one request tries
and the others wait for what it meets. A breaker that has given up lets nothing through any more.
"""

import asyncio
import logging
import random
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

log = logging.getLogger(__name__)


class State(StrEnum):
    """What a breaker does with the next request."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"
    GIVEN_UP = "given up"


class GivenUpError(Exception):
    """The venue is not asked any more in this run; the message says why."""


@dataclass(frozen=True)
class RequestLimits:
    """How far one venue is pressed.

    Args:
        concurrent_calls: Calls under way at once; ccxt's throttler alone sets their pace, this
            only bounds how many answers may be outstanding.
        longest_wait_seconds: Longest wait a venue may ask for; if it asks for more, it is not
            asked any more in this run.
        stops: Answers to stop, with no sound answer in between, after which it is not asked any
            more.
        lost_calls: The same for calls given up after all their attempts: server errors,
            timeouts, lost connections, answers of another shape.
    """

    concurrent_calls: int = 32
    longest_wait_seconds: float = 60.0
    stops: int = 4
    lost_calls: int = 8


@dataclass(frozen=True)
class BackOff:
    """A venue's word to stop.

    Args:
        seen: What it answered, in words.
        seconds: How long it wants to be left alone, if it says.
        is_ban: Whether it already shuts us out.
    """

    seen: str
    seconds: float | None = None
    is_ban: bool = False


@dataclass(frozen=True)
class Permit:
    """Leave to send one request, valid while the breaker is in the same round."""

    round: int
    is_trial: bool


class Breaker:
    """The breaker of one venue in one run; used from one event loop.

    Args:
        venue: ccxt id, for the log.
        limits: When it gives up.
        backoff_seconds: First wait where the venue does not name one; it doubles each time.
    """

    def __init__(self, venue: str, limits: RequestLimits, backoff_seconds: float) -> None:
        """Start closed."""
        self._venue = venue
        self._limits = limits
        self._backoff = backoff_seconds
        self._state = State.CLOSED
        self._round = 0
        self._stops = 0
        self._lost = 0
        self._until = 0.0
        self._reason = ""
        self._trial: Permit | None = None
        self._changed = asyncio.Event()

    @property
    def state(self) -> State:
        """What it does with the next request."""
        return self._state

    async def admit(self) -> Permit:
        """Wait until a request may be sent.

        Raises:
            GivenUpError: None will be sent any more.
        """
        while True:
            if self._state is State.GIVEN_UP:
                raise GivenUpError(self._reason)
            if self._state is State.CLOSED:
                return Permit(self._round, is_trial=False)
            left = self._until - asyncio.get_running_loop().time()
            if left > 0:
                await self._wait(left)
            elif self._trial is not None:
                await self._wait(None)
            else:
                self._state = State.HALF_OPEN
                self._trial = Permit(self._round, is_trial=True)
                return self._trial

    def holds(self, permit: Permit) -> bool:
        """Return whether a pass is still good."""
        return permit.round == self._round and self._state is not State.GIVEN_UP

    def answered(self, permit: Permit) -> None:
        """Note an answer that is no stop; one under way when the venue said stop proves nothing."""
        if permit.round == self._round and self._state is not State.GIVEN_UP:
            self._stops = 0
            self._state = State.CLOSED
            self._tell()

    def stopped(self, permit: Permit, stop: BackOff) -> None:
        """Note that the venue says stop: all its requests wait as long as it says.

        Answers to requests that were under way together count as one stop.
        """
        if self._state is State.GIVEN_UP:
            return
        is_news = permit.round == self._round
        if is_news:
            self._stops += 1
        wait = self._wait_for(stop)
        now = asyncio.get_running_loop().time()
        if reason := self._reason_to_give_up(stop, wait):
            self._give_up(reason)
        elif is_news or (self._state is State.OPEN and stop.seconds is not None):
            self._round += is_news
            self._state = State.OPEN
            self._until = max(self._until, now + wait)
            log.warning("venue says stop venue=%s wait=%.1f seen=%s", self._venue, wait, stop.seen)
            self._tell()

    def succeeded(self) -> None:
        """Note a call that got what it asked for."""
        self._lost = 0

    def lost(self, seen: str) -> None:
        """Note a call that was given up after all its attempts."""
        self._lost += 1
        if self._lost >= self._limits.lost_calls and self._state is not State.GIVEN_UP:
            self._give_up(f"lost {self._lost} calls in a row, last: {seen}")

    def release(self, permit: Permit) -> None:
        """Take a pass back, used or not; a trial that proved nothing leaves room for the next."""
        if permit is self._trial:
            self._trial = None
            self._tell()

    def _wait_for(self, stop: BackOff) -> float:
        if stop.seconds is not None:
            return stop.seconds
        backoff = self._backoff * 2.0 ** max(0, self._stops - 1) * random.uniform(0.5, 1.5)  # noqa: S311
        return min(backoff, self._limits.longest_wait_seconds)

    def _reason_to_give_up(self, stop: BackOff, wait: float) -> str:
        if stop.is_ban and stop.seconds is None:
            return f"banned us: {stop.seen}"
        if wait > self._limits.longest_wait_seconds:
            longest = self._limits.longest_wait_seconds
            return f"wants us to wait {wait:g} s, more than {longest:g} s: {stop.seen}"
        if self._stops >= self._limits.stops:
            return f"said stop {self._stops} times in a row, last: {stop.seen}"
        return ""

    def _give_up(self, reason: str) -> None:
        self._state = State.GIVEN_UP
        self._reason = f"not asked any more: {self._venue} {reason}"
        log.error("venue given up venue=%s reason=%s", self._venue, reason)
        self._tell()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def _wait(self, seconds: float | None) -> None:
        changed = self._changed
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await changed.wait()
