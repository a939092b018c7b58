"""Why a command ended: a signal is no fault, whatever libraries make of it."""

import os
import signal
from collections.abc import Iterator

import pytest

from oirisk.flows.cli.endings import noting_interrupts, reason
from oirisk.flows.progress import INTERRUPTS, begin
from oirisk.schemas.errors import HomeError


@pytest.fixture(autouse=True)
def _nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """No command has said yet what it does."""
    monkeypatch.setattr("oirisk.flows.cli.endings.STEPS", [])


STOPPED = "stopped by a signal; what was stored before that stays, run it again"


@pytest.fixture(autouse=True)
def _handler_of_before() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
    INTERRUPTS.clear()


def test_what_breaks_after_an_interrupt_is_no_fault() -> None:
    """The database says that its query was interrupted, the scheduler that its server is gone."""
    stopped = noting_interrupts()
    assert reason("demo", RuntimeError("Query interrupted"), stopped).startswith(
        "a fault of oirisk"
    )
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
    assert reason("demo", RuntimeError("Query interrupted"), stopped) == STOPPED
    assert reason("demo", ConnectionError("all attempts failed"), stopped) == STOPPED


class _Freed:
    """Something that a signal hits while it is freed."""

    def __del__(self) -> None:
        """Be hit."""
        os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_signal_that_python_lost_stops_before_the_next_step() -> None:
    noting_interrupts()
    begin("asking exchanges")
    _Freed()
    with pytest.raises(KeyboardInterrupt):
        begin("writing the report")


def test_a_signal_that_became_an_error_is_one() -> None:
    class TerminationSignal(BaseException):
        signal = signal.SIGTERM

    assert reason("demo", TerminationSignal(), []) == STOPPED
    assert reason("demo", KeyboardInterrupt(), []) == STOPPED


def test_whoever_ignores_interrupts_still_does() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    assert noting_interrupts() == []
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_other_ends_keep_their_words() -> None:
    assert reason("report", HomeError("no home"), []) == "no home"
    assert reason("report", OSError("disk full"), []) == "cannot read or write: disk full"
