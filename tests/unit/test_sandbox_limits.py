"""Rate limits of the simulated exchanges: a sliding window of weights."""

from oirisk.sandbox.limits import Window, admit
from oirisk.sandbox.venue import RateLimit


def test_requests_are_let_in_until_the_window_is_full_and_again_when_it_has_moved_on() -> None:
    windows = [Window(RateLimit(requests=3, seconds=10))]
    assert [admit(windows, now, 1) for now in (0.0, 1.0, 2.0)] == [0, 0, 0]
    assert admit(windows, 2.5, 1) == 8  # the first leaves at 10.0, in 7.5 seconds
    assert admit(windows, 9.99, 1) == 1
    assert admit(windows, 10.0, 1) == 0
    assert admit(windows, 10.5, 1) == 1  # the second leaves at 11.0


def test_a_heavy_request_waits_for_as_many_to_leave_as_it_weighs() -> None:
    windows = [Window(RateLimit(requests=4, seconds=10))]
    assert [admit(windows, now, 1) for now in (0.0, 3.0, 5.0)] == [0, 0, 0]
    assert admit(windows, 6.0, 3) == 7  # two must leave, the second of them at 13.0
    assert admit(windows, 13.0, 3) == 0


def test_a_refused_request_counts_against_none_of_its_limits() -> None:
    wide, narrow = Window(RateLimit(10, 10)), Window(RateLimit(1, 10))
    assert admit([wide, narrow], 0.0, 1) == 0
    assert admit([wide, narrow], 1.0, 1) == 9
    assert [weight for _, weight in wide.recent] == [1]


def test_what_has_no_limit_is_always_let_in() -> None:
    assert admit([], 0.0, 1000) == 0
