"""Where a run says how far it is; the command line shows it, others ignore it."""

from contextvars import ContextVar
from typing import Protocol


class Progress(Protocol):
    """What a run says of how far it is."""

    def plan(self, venues: int) -> None:
        """Say how many venues will be asked."""
        ...

    def venue_done(self, venue: str, seconds: float) -> None:
        """Say that one venue has been asked."""
        ...

    def step(self, text: str) -> None:
        """Say what comes next."""
        ...


class _Silent:
    def plan(self, venues: int) -> None:
        """Say nothing."""

    def venue_done(self, venue: str, seconds: float) -> None:
        """Say nothing."""

    def step(self, text: str) -> None:
        """Say nothing."""


STEPS: list[str] = []
"""What the command line has said it is doing, for the case that it is stopped."""

INTERRUPTS: list[int] = []
"""Signals to stop that have come."""

RUN_ID: ContextVar[str] = ContextVar("RUN_ID", default="")
"""Name of the run under way, for what is logged meanwhile."""

PROGRESS: ContextVar[Progress] = ContextVar("PROGRESS", default=_Silent())  # noqa: B039 -- stateless


def begin(step: str) -> None:
    """Note what comes next.

    Raises:
        KeyboardInterrupt: A signal to stop has come, and was lost: Python ignores what is raised
            while it frees an object.
    """
    if INTERRUPTS:
        raise KeyboardInterrupt
    STEPS.append(step)
