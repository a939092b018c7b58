"""Why a command ended without doing what it should, in one line."""

import logging
import signal
from types import FrameType

from oirisk.flows.progress import INTERRUPTS, STEPS
from oirisk.schemas.errors import OiRiskError

_STAYS = "what was stored before that stays, run it again"
_KEPT = (
    "what exchanges had answered is kept: the same run within minutes asks only the others, and a "
    "later one stores it; no report of this run was written or mailed"
)
_LEFT = {
    "writing the report": "the night is stored; `oirisk report`, then `oirisk send`, do the rest",
    "mailing the report": "the report is written; `oirisk send` mails it to who has not had it",
}
"""What a stopped night leaves undone, by what it was doing; else what it had asked is kept."""

_FAULT_WORDS = 300
"""What is shown of the words of an error that nobody foresaw."""


def noting_interrupts() -> list[int]:
    """Return a list that each signal to stop is noted in, whatever libraries make of it."""
    INTERRUPTS.clear()

    def note(number: int, _: FrameType | None) -> None:
        INTERRUPTS.append(number)
        raise KeyboardInterrupt

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, note)
        signal.signal(signal.SIGTERM, note)
    return INTERRUPTS


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
        step = STEPS[-1] if STEPS else ""
        left = _LEFT.get(step, _KEPT) if command in {"nightly", "snapshot"} and step else _STAYS
        return f"stopped by a signal{step and f' while {step}'}; {left}"
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
