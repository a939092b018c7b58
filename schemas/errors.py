"""Every error oirisk raises on purpose.

::

    OiRiskError
    ├── ConfigurationError     the configuration names something that cannot work
    ├── HomeError              the home folder is missing, locked, or holds the other kind of data
    │   ├── BusyError          another run is writing in it
    │   ├── DiskFullError      its disk has no room left
    │   └── DamagedFileError   a file of it does not say what was written
    ├── RecordingError         a recording or import file cannot be read
    ├── SourceError            one exchange failed; the run goes on without it
    ├── ContractViolationError data of our own making breaks its contract
    ├── CoverageError          no exchange answered: there is nothing to report
    ├── QueryError             an analyst's SQL failed
    └── DeliveryError          the briefing could not be mailed
"""

from oirisk.schemas.text import shown


class OiRiskError(Exception):
    """Base of all expected errors; the command line prints it in one line and exits with 2."""


class ConfigurationError(OiRiskError):
    """The configuration names something that cannot work."""


class HomeError(OiRiskError):
    """The home folder is missing, locked by another run, or holds the other kind of data."""


class BusyError(HomeError):
    """Another run is writing in the home folder."""


class DiskFullError(HomeError):
    """The disk has no room for what is to be written.

    Args:
        place: What could not be written.
        needed_bytes: How much more room is needed; None where nobody knows.
    """

    def __init__(self, place: str, needed_bytes: int | None = None) -> None:
        self.place = place
        self.needed_bytes = needed_bytes
        free = "free space, `oirisk doctor` says how much,"
        if needed_bytes is not None:
            free = f"free at least {needed_bytes / 1024**2:,.0f} MiB"
        super().__init__(
            f"the disk is full: no room for {place}; {free} and run again. What was stored before "
            "is whole, and what is missing comes with that run"
        )


class DamagedFileError(HomeError):
    """A file of the home folder is cut short, or does not say what was written into it."""


class RecordingError(OiRiskError):
    """A recording or import file cannot be read."""


class SourceError(OiRiskError):
    """One exchange failed.

    Args:
        venue: ccxt id of the exchange.
        reason: What was seen and what was needed; what cannot be printed is escaped, and what is
            too long is cut, since an exchange may have said it.
    """

    def __init__(self, venue: str, reason: str) -> None:
        self.venue = venue
        self.reason = shown(reason)
        super().__init__(f"{venue}: {self.reason}")


class ContractViolationError(OiRiskError):
    """Data of our own making breaks its contract.

    Args:
        contract: Name of the contract.
        reason: Which checks failed.
    """

    def __init__(self, contract: str, reason: str) -> None:
        self.contract = contract
        self.reason = reason
        super().__init__(f"{contract}: {reason}")


class CoverageError(OiRiskError):
    """No exchange answered, so there is nothing to aggregate or to report."""


class QueryError(OiRiskError):
    """A query against the published warehouse failed."""


class DeliveryError(OiRiskError):
    """The briefing could not be handed to the mail server."""
