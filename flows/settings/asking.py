"""Sections on what is asked for and how: ``[fetch]``, ``[top_up]``, ``[observe]``, ``[cftc]``."""

from pydantic import Field

from oirisk.flows.settings.section import OptionalPath, Section


class FetchSettings(Section):
    """How exchanges are asked."""

    request_timeout_seconds: float = Field(
        default=20.0, gt=0, le=3600, description="one request is given up after this long"
    )
    venue_timeout_seconds: float = Field(
        default=120.0,
        gt=0,
        le=86_400,
        description="one exchange is given up after this long, retries included",
    )
    attempts: int = Field(
        default=3, ge=1, le=10, description="tries of one request, the first included"
    )
    backoff_seconds: float = Field(
        default=1.0,
        ge=0,
        le=600,
        description="wait before the first retry; doubles each time, with jitter",
    )
    concurrent_calls: int = Field(
        default=32, ge=1, le=256, description="calls of one exchange that may be unanswered at once"
    )
    longest_wait_seconds: float = Field(
        default=60.0,
        ge=0,
        le=3600,
        description="an exchange that asks for a longer wait is given up",
    )
    stops: int = Field(
        default=4,
        ge=1,
        le=1000,
        description="answers to stop in a row that end an exchange for this run",
    )
    lost_calls: int = Field(
        default=8,
        ge=1,
        le=1000,
        description="lost calls in a row that end an exchange for this run",
    )


class TopUpSettings(Section):
    """What a nightly run asks for beside open interest, to resolve the last day."""

    enabled: bool = Field(
        default=True,
        description="ask for five-minute history, ratios, liquidations, depth and leverage tiers",
    )
    assets: int = Field(
        default=30, ge=1, le=500, description="coins that are topped up, by open interest"
    )
    deadline_seconds: float = Field(
        default=300.0,
        gt=0,
        le=86_400,
        description="one exchange's top-up ends after this long with what it has by then",
    )
    concurrent_calls: int = Field(
        default=4, ge=1, le=32, description="instruments of one exchange under way at once"
    )
    simulated: bool = Field(
        default=False, description="ask simulated exchanges too; few of them answer"
    )


class ObserveSettings(Section):
    """Accounts whose positions an exchange shows to everyone (methods M22)."""

    accounts_file: OptionalPath = Field(
        default=None,
        description="list of Hyperliquid accounts to observe every night; empty means: none",
    )
    most_accounts: int = Field(
        default=500,
        ge=1,
        le=100_000,
        description="accounts asked, the first of the list; ten a second",
    )
    timeout_seconds: float = Field(
        default=120.0,
        gt=0,
        le=86_400,
        description="accounts that did not answer by then are left out",
    )


class CftcSettings(Section):
    """The CFTC's weekly report of futures on US exchanges; no key is needed."""

    url: str = Field(
        default="https://publicreporting.cftc.gov/resource/gpe5-46if.json",
        pattern=r"^https?://[^/ ]+/.*[^/ ]$",
        description="Traders in Financial Futures, futures only, as JSON",
    )
    interval_ms: int = Field(
        default=2000, ge=1, le=60_000, description="least time between two requests"
    )
