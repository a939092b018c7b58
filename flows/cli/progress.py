"""How a long command shows that it lives: bars on a terminal, plain lines elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from oirisk.flows.progress import begin


class TerminalProgress:
    """Bars on a terminal."""

    def __init__(self, bars: Progress) -> None:
        """Add the line that all events change."""
        self._bars = bars
        self._task = bars.add_task("starting", total=None)

    def plan(self, venues: int) -> None:
        """Show a bar over the venues."""
        begin("asking exchanges")
        self._bars.update(self._task, description="asking venues", total=venues, completed=0)

    def venue_done(self, venue: str, seconds: float) -> None:
        """Advance the bar."""
        del seconds
        self._bars.update(self._task, advance=1, description=f"asked {venue}")

    def step(self, text: str) -> None:
        """Show a spinner with what is being done."""
        begin(text)
        self._bars.update(self._task, description=text, total=None)


class PlainProgress:
    """One line an event, for logs and pipes."""

    def plan(self, venues: int) -> None:
        """Say how many venues will be asked."""
        begin("asking exchanges")
        _say(f"asking {venues} venues")

    def venue_done(self, venue: str, seconds: float) -> None:
        """Say that a venue is done."""
        _say(f"asked {venue} in {seconds:.1f} s")

    def step(self, text: str) -> None:
        """Say what comes next."""
        begin(text)
        _say(text)


@contextmanager
def shown_progress() -> Iterator[TerminalProgress | PlainProgress]:
    """Yield a progress that suits standard error."""
    if not sys.stderr.isatty():
        yield PlainProgress()
        return
    columns = (
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        TimeElapsedColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield TerminalProgress(bars)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
