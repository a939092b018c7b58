"""What an exchange's history endpoints say, before it is turned into facts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from oirisk.schemas.instruments import Instrument
from oirisk.schemas.venue import Call

Kind = Literal[
    "open_interest", "bars", "positioning", "liquidations", "leverage_tiers", "depth", "options"
]
KINDS: tuple[Kind, ...] = ("bars", "open_interest", "positioning")
"""What a backfill follows, instrument by instrument."""

Side = Literal["long", "short"]


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
    """Volatility and greeks of one option; ``mark_price`` in USD, ``oi_base`` single-sided."""

    market_id: str
    observed_at: datetime | None
    mark_iv: Decimal | None
    delta: Decimal | None
    gamma: Decimal | None
    vega: Decimal | None
    theta: Decimal | None
    mark_price: Decimal | None
    underlying_price: Decimal | None


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
