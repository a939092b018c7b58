"""The circuit breaker of one venue."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from oirisk.flows.exchanges.circuit_breaker import (
    BackOff,
    Breaker,
    GivenUpError,
    RequestLimits,
    State,
)

WAIT = 0.05
SOON = 0.02


def _breaker(stops: int = 3, lost_calls: int = 3, backoff: float = WAIT) -> Breaker:
    limits = RequestLimits(longest_wait_seconds=5.0, stops=stops, lost_calls=lost_calls)
    return Breaker("okx", limits, backoff)


def _run(scene: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(scene())  # type: ignore[arg-type]


async def _is_held(breaker: Breaker) -> bool:
    """Return whether a request would have to wait now."""
    asking = asyncio.create_task(breaker.admit())
    await asyncio.sleep(SOON)
    if asking.done():
        breaker.release(asking.result())
        return False
    asking.cancel()
    return True


def test_a_stop_holds_every_request_until_the_time_named_is_over() -> None:
    async def scene() -> None:
        loop, breaker = asyncio.get_running_loop(), _breaker()
        first = await breaker.admit()
        breaker.stopped(first, BackOff("HTTP 429", seconds=0.2))
        started = loop.time()
        assert await _is_held(breaker)
        await breaker.admit()
        assert 0.19 <= loop.time() - started < 5

    _run(scene)


def test_after_the_wait_one_request_tries_and_the_others_follow_its_success() -> None:
    async def scene() -> None:
        breaker = _breaker()
        breaker.stopped(await breaker.admit(), BackOff("HTTP 429", seconds=WAIT))
        asked = [asyncio.create_task(breaker.admit()) for _ in range(5)]
        await asyncio.sleep(2 * WAIT)
        admitted = [one for one in asked if one.done()]
        assert len(admitted) == 1
        assert breaker.state is State.HALF_OPEN
        breaker.answered(admitted[0].result())
        breaker.release(admitted[0].result())
        await asyncio.wait_for(asyncio.gather(*asked), 1)
        assert breaker.state is State.CLOSED

    _run(scene)


def test_a_trial_that_proves_nothing_leaves_room_for_the_next_one() -> None:
    async def scene() -> None:
        breaker = _breaker()
        breaker.stopped(await breaker.admit(), BackOff("HTTP 429", seconds=0.0))
        trial = await breaker.admit()
        assert await _is_held(breaker)
        breaker.release(trial)
        assert (await asyncio.wait_for(breaker.admit(), 1)).is_trial

    _run(scene)


def test_stops_in_a_row_end_it_and_those_who_wait_are_told_why() -> None:
    async def scene() -> None:
        breaker = _breaker(stops=3)
        for _ in range(2):
            permit = await breaker.admit()
            breaker.stopped(permit, BackOff("HTTP 429: slow down", seconds=0.0))
            breaker.release(permit)
        trial = await breaker.admit()
        waiting = asyncio.create_task(breaker.admit())
        await asyncio.sleep(0)
        breaker.stopped(trial, BackOff("HTTP 429: slow down", seconds=0.0))
        with pytest.raises(GivenUpError, match=r"okx said stop 3 times in a row.*slow down"):
            await waiting
        with pytest.raises(GivenUpError):
            await breaker.admit()

    _run(scene)


def test_a_sound_answer_between_stops_starts_the_count_again() -> None:
    async def scene() -> None:
        breaker = _breaker(stops=2)
        for _ in range(4):
            permit = await breaker.admit()
            breaker.stopped(permit, BackOff("HTTP 429", seconds=0.0))
            breaker.release(permit)
            trial = await breaker.admit()
            breaker.answered(trial)
            breaker.release(trial)
        assert breaker.state is State.CLOSED

    _run(scene)


def test_requests_that_were_under_way_together_count_as_one_stop() -> None:
    async def scene() -> None:
        breaker = _breaker(stops=2)
        together = [await breaker.admit() for _ in range(20)]
        for permit in together:
            breaker.stopped(permit, BackOff("HTTP 429", seconds=WAIT))
        assert breaker.state is State.OPEN
        assert (await breaker.admit()).is_trial

    _run(scene)


def test_an_answer_that_was_under_way_when_the_venue_said_stop_does_not_reopen_it() -> None:
    async def scene() -> None:
        breaker = _breaker()
        early, late = await breaker.admit(), await breaker.admit()
        breaker.stopped(early, BackOff("HTTP 429", seconds=1.0))
        breaker.answered(late)
        assert breaker.state is State.OPEN
        assert not breaker.holds(late)

    _run(scene)


def test_the_longest_of_the_waits_named_together_counts() -> None:
    async def scene() -> None:
        breaker = _breaker()
        first, second = await breaker.admit(), await breaker.admit()
        breaker.stopped(first, BackOff("HTTP 429", seconds=0.0))
        breaker.stopped(second, BackOff("HTTP 429", seconds=1.0))
        assert await _is_held(breaker)

    _run(scene)


@pytest.mark.parametrize(
    ("stop", "reason"),
    [
        (BackOff("HTTP 418", is_ban=True), "banned us: HTTP 418"),
        (BackOff("HTTP 429", seconds=3600.0), "wants us to wait 3600 s, more than 5 s"),
    ],
)
def test_a_ban_or_a_wait_beyond_the_longest_ends_it_at_once(stop: BackOff, reason: str) -> None:
    async def scene() -> None:
        breaker = _breaker()
        breaker.stopped(await breaker.admit(), stop)
        with pytest.raises(GivenUpError, match=reason):
            await breaker.admit()

    _run(scene)


def test_a_ban_that_names_a_short_time_is_tried_once_after_it() -> None:
    async def scene() -> None:
        breaker = _breaker()
        breaker.stopped(await breaker.admit(), BackOff("HTTP 418", seconds=WAIT, is_ban=True))
        assert await _is_held(breaker)
        assert (await breaker.admit()).is_trial

    _run(scene)


def test_without_a_time_named_the_wait_doubles_with_jitter() -> None:
    async def scene() -> None:
        loop, breaker = asyncio.get_running_loop(), _breaker(stops=9, backoff=0.04)
        waits = []
        for _ in range(3):
            permit = await breaker.admit()
            breaker.stopped(permit, BackOff("HTTP 429"))
            breaker.release(permit)
            started = loop.time()
            breaker.release(await breaker.admit())
            waits.append(loop.time() - started)
        for wait, least in zip(waits, (0.02, 0.04, 0.08), strict=True):
            assert least <= wait < 3 * least + 0.1

    _run(scene)


def test_calls_lost_in_a_row_end_it_and_a_success_in_between_does_not() -> None:
    async def scene() -> None:
        breaker = _breaker(lost_calls=3)
        for _ in range(5):
            breaker.lost("HTTP 500")
            breaker.lost("HTTP 500")
            breaker.succeeded()
        assert breaker.state is State.CLOSED
        for _ in range(3):
            breaker.lost("HTTP 500")
        with pytest.raises(GivenUpError, match="lost 3 calls in a row, last: HTTP 500"):
            await breaker.admit()

    _run(scene)
