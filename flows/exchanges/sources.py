"""Where a run's data comes from: the exchanges, a simulation on loopback, or a recording.

A run has one source, fixed at its start. Nothing ever falls back from one to another.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Protocol

from oirisk.flows.exchanges.cassette import Recording
from oirisk.flows.exchanges.loopback import loopback_urls
from oirisk.flows.exchanges.transport import Clock, LiveSession, ReplaySession, Session
from oirisk.flows.settings.sections import FetchSettings
from oirisk.schemas.calls import Market
from oirisk.schemas.errors import ConfigurationError
from oirisk.schemas.venue import Venue

SourceName = Literal["live", "sandbox", "replay"]


class Source(Protocol):
    """What the extraction needs to know about where it asks."""

    @property
    def name(self) -> SourceName:
        """Which kind of source."""
        ...

    @property
    def is_simulated(self) -> bool:
        """Whether the figures are made up."""
        ...

    @property
    def patience(self) -> float:
        """Factor on waits between retries; a recording needs none."""
        ...

    def offers(self, venue: str) -> bool:
        """Return whether the venue can be asked at all; if not, it is skipped."""
        ...

    def session(self, venue: Venue, settings: FetchSettings) -> Session:
        """Open a session for one venue."""
        ...

    def recorded_markets(self, venue: str) -> tuple[datetime, list[Market]] | None:
        """Return markets that are already known, with the time they were received."""
        ...

    def prepare(self, client: Any) -> None:  # noqa: ANN401 -- a ccxt client has no types
        """Adjust a ccxt client before its first request."""
        ...

    def now(self) -> datetime:
        """Return the instant that dates what arrives now."""
        ...


def wall_clock() -> datetime:
    """Return the time of day, UTC."""
    return datetime.now(UTC)


def require_present(at: datetime, max_age_minutes: float) -> None:
    """Refuse an instant that what is asked now cannot speak of.

    Stored under an instant far ahead, it would stay the latest there is.

    Args:
        at: The instant a live run would speak of.
        max_age_minutes: How far an observation may lie from it.

    Raises:
        ConfigurationError: It is further than that from now.
    """
    now = wall_clock()
    if abs(at - now) > timedelta(minutes=max_age_minutes):
        raise ConfigurationError(
            f"--as-of {at.isoformat()}: expected at most {max_age_minutes:g} minutes "
            f"(coverage.max_age_minutes) from now, {now:%Y-%m-%dT%H:%MZ}: exchanges tell the "
            "present; leave --as-of out, and for the past read --replay, import or backfill"
        )


@dataclass(frozen=True)
class LiveSource:
    """The real exchanges."""

    clock: Clock = wall_clock
    name: SourceName = "live"
    is_simulated: bool = False
    patience: float = 1.0

    def offers(self, venue: str) -> bool:
        """Any venue can be asked."""
        del venue
        return True

    def session(self, venue: Venue, settings: FetchSettings) -> Session:
        """Open real HTTP."""
        return LiveSession(venue, settings, self.clock)

    def recorded_markets(self, venue: str) -> tuple[datetime, list[Market]] | None:
        """Nothing is known beforehand."""
        del venue
        return None

    def prepare(self, client: Any) -> None:  # noqa: ANN401
        """Leave the client as it is."""

    def now(self) -> datetime:
        """Return the clock's time."""
        return self.clock()


@dataclass(frozen=True)
class SandboxSource(LiveSource):
    """Simulated exchanges on loopback."""

    url: str = ""
    name: SourceName = "sandbox"
    is_simulated: bool = True

    def prepare(self, client: Any) -> None:  # noqa: ANN401
        """Point every address of the client at the sandbox."""
        client.urls["api"] = loopback_urls(client.urls["api"], f"{self.url}/{client.id}")


@dataclass(frozen=True)
class ReplaySource:
    """A recording."""

    recording: Recording
    name: SourceName = "replay"
    is_simulated: bool = False
    patience: float = 0.0

    def offers(self, venue: str) -> bool:
        """Only recorded venues can be asked."""
        return venue in self.recording.tapes

    def session(self, venue: Venue, settings: FetchSettings) -> Session:
        """Answer from the venue's lines."""
        del settings
        return ReplaySession(venue, self.recording.tapes[venue.id])

    def recorded_markets(self, venue: str) -> tuple[datetime, list[Market]] | None:
        """Return the venue's recorded markets."""
        return self.recording.tapes[venue].listed()

    def prepare(self, client: Any) -> None:  # noqa: ANN401
        """No request leaves this machine, so none needs to be paced."""
        client.enableRateLimit = False

    def now(self) -> datetime:
        """Return the recording's last instant."""
        return self.recording.last_received_at
