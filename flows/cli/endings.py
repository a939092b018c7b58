"""Why a command ended without doing what it should, in one line."""

import logging
import signal
from types import FrameType

from oirisk.schemas.errors import OiRiskError

_FAULT_WORDS = 300
"""What is shown of the words of an error that nobody foresaw."""


def noting_interrupts() -> list[int]:
    """Return a list that each interrupt is noted in, whatever libraries make of it afterwards."""
    stopped: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        stopped.append(number)
        raise KeyboardInterrupt

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, note)
    return stopped


def reason(command: str, error: BaseException, stopped: list[int]) -> str:
    """Say why a command ended.

    Args:
        command: Its name.
        error: What ended it.
        stopped: What :func:`noting_interrupts` returned: with an interrupt noted, whatever broke
            on the way out is no fault of its own.
    """
    # Prefect keeps the number of a signal with the error that it makes of it.
    signalled = isinstance(getattr(error, "signal", None), int)
    if stopped or signalled or isinstance(error, KeyboardInterrupt):
        return "stopped by a signal; what was stored before that stays, run it again"
    if isinstance(error, OiRiskError):
        return str(error)
    if isinstance(error, OSError):
        return f"cannot read or write: {error}"
    logging.getLogger(__name__).info("where oirisk %s failed", command, exc_info=error)
    return _fault(command, error)


def _fault(command: str, error: BaseException) -> str:
    """Word an error that nobody foresaw, in one line."""
    words = " ".join(str(error).split())[:_FAULT_WORDS]
    return (
        f"a fault of oirisk, not of what it was given: {type(error).__name__}"
        + (f": {words}" if words else "")
        + f"; run `oirisk -v {command} …` again to see where, and report it with that"
    )
