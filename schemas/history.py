"""What an exchange's history endpoints say, before it is turned into facts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from oirisk.schemas.calls import Call
from oirisk.schemas.instruments import Instrument
from oirisk.schemas.responses import KnownMarkets, Response

Kind = Literal[
    "open_interest", "bars", "positioning", "liquidations", "leverage_tiers", "depth", "options"
]
KINDS: tuple[Kind, ...] = ("bars", "open_interest", "positioning")
"""What a backfill follows, instrument by instrument."""

Side = Literal["long", "short"]

_NAMED = 3
_REASONS = 5


@dataclass(frozen=True)
class InterestPoint:
    """Open interest at one instant, as printed.

    Args:
        at: The exchange's time.
        rule: What the figure means now; what it meant then follows from that.
        value: The figure.
        mark_price: USD per listed base; None where the row has no price.
        usd: The row's own value in USD, counted as the figure is; None where it has none.
        base: The row's own amount in listed base, counted so too; None where it has none.
    """

    at: datetime
    rule: str
    value: Decimal
    mark_price: Decimal | None = None
    usd: Decimal | None = None
    base: Decimal | None = None


@dataclass(frozen=True)
class SharePoint:
    """Shares of longs and shorts at one instant; amounts in listed base where told."""

    at: datetime
    measure: str
    period: str
    long_share: Decimal
    short_share: Decimal
    long_base: Decimal | None = None
    short_base: Decimal | None = None


@dataclass(frozen=True)
class Liquidation:
    """A forced closing, or the sum of those of a span; ``side`` lost. Base as listed."""

    at: datetime
    side: Side
    base: Decimal
    price: Decimal | None
    usd: Decimal | None
    coverage: Literal["complete", "lower_bound"]
    event_id: str = ""
    span_seconds: float = 0.0


@dataclass(frozen=True)
class Tier:
    """Terms for positions of a size from ``floor`` to ``cap``, in ``unit``.

    ``cap`` None: without end, ``unit`` None: the size of a contract is not known.
    """

    floor: Decimal | None
    cap: Decimal | None
    unit: Literal["usd", "base"] | None
    max_leverage: Decimal | None
    maintenance_margin_rate: Decimal | None
    maintenance_amount: Decimal | None = None


@dataclass(frozen=True)
class DepthPoint:
    """What rests on one side of an order book within ``band`` of its middle; base as listed."""

    band: float
    side: Literal["bid", "ask"]
    base: Decimal
    usd: Decimal
    is_truncated: bool


@dataclass(frozen=True)
class OptionPoint:
    """Volatility and greeks of one option as fractions and USD, and what they mean.

    ``underlying_kind`` and ``delta_convention`` are those of ``core.options``.
    """

    market_id: str
    observed_at: datetime | None
    mark_iv: Decimal | None
    delta: Decimal | None
    gamma: Decimal | None
    vega: Decimal | None
    theta: Decimal | None
    mark_price: Decimal | None
    underlying_price: Decimal | None
    bid_iv: Decimal | None = None
    ask_iv: Decimal | None = None
    underlying_kind: str | None = None
    delta_convention: str | None = None


@dataclass(frozen=True)
class Window:
    """A span of time to ask for; ``until`` is exclusive."""

    since: datetime
    until: datetime


@dataclass(frozen=True)
class Feed:
    """One history endpoint.

    Args:
        kind: What it fills.
        name: Name under which its answers are archived.
        covers: Which instruments it knows.
        call: The request for a window of at most ``span``.
        parse: Rows of a decoded body.
        span: How much time one answer can hold.
        reach: How far back it goes; None: to the listing.
        is_windowed: Whether it can be asked for a window; if not, it gives the newest rows.
        also: Further kinds that stand in the same answer, and how their rows are read.
    """

    kind: Kind
    name: str
    covers: Callable[[Instrument], bool]
    call: Callable[[Instrument, Window], Call]
    parse: Callable[[Any, Instrument], list[Any]]
    span: timedelta
    reach: timedelta | None = None
    is_windowed: bool = True
    also: Mapping[Kind, Callable[[Any, Instrument], list[Any]]] = field(default_factory=dict)


@dataclass(frozen=True)
class VenueHistory:
    """What one exchange's history endpoints give, and what they do not."""

    venue: str
    feeds: tuple[Feed, ...]
    lacks: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Page:
    """What one exchange told of one instrument in one window.

    Args:
        instrument: Whose.
        window: The span asked for.
        bars: Candles as ccxt gives them.
        interest: Open interest, each instant once.
        shares: Long/short shares.
        liquidations: Forced closings.
        tiers: Leverage by size of position.
        depth: What rests in the order book.
        responses: Everything received.
        failures: Why something is missing, by kind.
        is_complete: Whether everything was asked for, in vain or not.
    """

    instrument: Instrument
    window: Window
    bars: list[list[Any]] = field(default_factory=list)
    interest: list[InterestPoint] = field(default_factory=list)
    shares: list[SharePoint] = field(default_factory=list)
    liquidations: list[Liquidation] = field(default_factory=list)
    tiers: list[Tier] = field(default_factory=list)
    depth: list[DepthPoint] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)
    failures: dict[Kind, str] = field(default_factory=dict)
    is_complete: bool = False


@dataclass(frozen=True)
class Wanted:
    """What to ask for.

    Args:
        as_of: End of the day, exclusive.
        assets: Coins, the most important first.
        markets: What exchanges list, as far as it is known, by ccxt id.
    """

    as_of: datetime
    assets: tuple[str, ...]
    markets: Mapping[str, KnownMarkets] = field(default_factory=dict)


@dataclass
class SupplementaryData:
    """What one exchange told beside open interest.

    Args:
        venue: ccxt id.
        wanted: Instruments to ask about.
        pages: What it told of each.
        responses: Every answer.
        failures: Why something is missing, by instrument and kind.
        seconds: Wall time.
    """

    venue: str
    wanted: int = 0
    pages: list[Page] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    def summary(self) -> str:
        """Say what is missing, in one line; nothing when nothing is."""
        alike: dict[str, list[str]] = {}
        for what, why in self.failures.items():
            alike.setdefault(why, []).append(what)
        said = [f"{_some(names)}: {why}" for why, names in alike.items()]
        more = [f"{len(said) - _REASONS} more reasons"] if len(said) > _REASONS else []
        return "; ".join([*said[:_REASONS], *more])


def _some(names: Sequence[str]) -> str:
    more = "" if len(names) <= _NAMED else f" and {len(names) - _NAMED} more"
    return ", ".join(names[:_NAMED]) + more
