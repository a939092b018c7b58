"""What a venue file declares: its product lines, its calls and where a row keeps what.

No arithmetic lives here or in a venue file: units are in the registry, and the normaliser
applies them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from oirisk.schemas.calls import Bulk, Call, Market, PerValue, once
from oirisk.schemas.errors import ConfigurationError

Row = Mapping[str, Any]
"""One decoded row of a response body, numbers as ``Decimal`` or as the strings that were sent."""

TimeUnit = Literal["s", "ms", "us", "ns", "iso"]
"""Unit of a time stamp: counted since 1970, or a text of ISO 8601."""


@dataclass(frozen=True)
class Interval:
    """A duration in a row, and its units an hour.

    ``otherwise`` holds for a row that a completing answer leaves out because it is as usual.
    ``listed`` says where the market list has it, for rows that do not. A figure of up to
    ``hours_to`` is in hours whatever the unit.
    """

    path: str
    per_hour: int
    otherwise: int | None = None
    listed: "Interval | None" = None
    hours_to: int = 0


@dataclass(frozen=True)
class Fields:
    """Native names of what a row says besides open interest; dots step into nested objects.

    Prices are per unit of the instrument's own base (1000PEPE: per thousand PEPE).
    ``underlying_price`` values options, whose mark price is a premium: the price of the coin now,
    which most call index, not the forward of an expiry. A name that starts with
    ``@`` reads another answer: ``@premium.markPrice`` the row of the endpoint ``premium`` that
    completes this one, ``@asked.symbol`` a parameter of the request.

    ``decimals`` says which fields, open interest among them, are integers that hold a scaled
    number: the path in the market of how many decimals they have, or the number after a ``=``.
    ``value_price`` names the price that turns coins into USD where the exchange sends no mark
    price; it is never taken for one.
    ``funding_is_amount`` where the rate is no fraction but an amount: USD a coin on linear
    contracts, coins a USD on inverse ones; the index price makes it one.
    """

    market_id: str
    mark_price: str = ""
    index_price: str = ""
    last_price: str = ""
    value_price: str = ""
    underlying_price: str = ""
    volume_base: str = ""
    volume_usd: str = ""
    volume_contracts: str = ""
    funding_rate: str = ""
    funding_is_amount: bool = False
    funding_interval: Interval | None = None
    funding_interval_hours: int | None = None
    observed_at: str = ""
    observed_unit: TimeUnit = "ms"
    decimals: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Figures:
    """The unit rules of one figure of a row.

    ``rules`` are tried in order, the first whose field is present counts. ``checks`` are other
    figures of the same: they complete what the rule cannot tell without a price, and they must
    agree with it.
    """

    rules: tuple[str, ...]
    checks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Product:
    """One product line: which markets belong to it, and the unit rules of its figure.

    ``rules`` and ``checks`` are those of :class:`Figures`. ``shorts`` are those of the traders'
    shorts, where a pool takes the other side of every trade; ``rules`` then mean their longs.
    ``market_key`` is where a market keeps the id that rows use; ``refusal`` says why a covered
    market cannot be used (``check: reason``), or nothing. Products of one name on several endpoints
    are the same markets, asked in different ways. ``is_perpetual`` tells perpetuals that the
    exchange lists as futures with an expiry.
    """

    name: str
    covers: Callable[[Market], bool]
    rules: tuple[str, ...]
    fields: Fields
    checks: tuple[str, ...] = ()
    shorts: Figures | None = None
    market_key: str = "id"
    refusal: Callable[[Market], str] | None = None
    is_perpetual: Callable[[Market], bool] | None = None

    @cached_property
    def figures(self) -> tuple[Figures, ...]:
        """Return the figures of a row: open interest, or the longs and the shorts of a pool."""
        first = Figures(self.rules, self.checks)
        return (first,) if self.shorts is None else (first, self.shorts)

    def rule_names(self) -> tuple[str, ...]:
        """Return the unit rules of all figures, the first ones first."""
        figures = self.figures
        return (
            *(name for figure in figures for name in figure.rules),
            *(name for figure in figures for name in figure.checks),
        )


@dataclass(frozen=True)
class Endpoint:
    """One kind of request and the products whose rows it returns.

    Args:
        name: Name of the request in the archive.
        products: Whose rows it returns.
        calls: What is asked, given the listed markets of the products.
        rows: How the rows are taken from a decoded body.
        observed_at: Path of the body's own time, its unit in ``observed_unit``.
        enriches: Name of the endpoint whose rows this one only completes (prices, volumes); it
            carries no open interest. Its own row ids are at ``key``, its times at ``key_time``.
        matches: What of these rows the ``key`` of enriching endpoints equals; the market id
            if not given. Of one that enriches: what of the rows that it completes its own
            ``key`` equals, where that is something else.
        fallback_for: Name of the endpoint that this one stands in for: asked only when no usable
            answer came to that.
        ignores: Rows that are no instruments of ours (indices, spot), left out unjudged.
        asks: What ``calls`` ask, in words, where they cannot say it themselves.
    """

    name: str
    products: tuple[Product, ...]
    calls: Callable[[Sequence[Market]], tuple[Call, ...]]
    rows: Callable[[Any], list[Row]]
    observed_at: str = ""
    observed_unit: TimeUnit = "ms"
    enriches: str = ""
    matches: str = ""
    key: str = ""
    key_time: str = ""
    fallback_for: str = ""
    ignores: Callable[[Row], bool] | None = None
    asks: str = ""

    def __post_init__(self) -> None:
        """Refuse rows that complete others and do not say whose."""
        if self.enriches and not self.key:
            raise ConfigurationError(
                f"endpoint {self.name!r} enriches {self.enriches!r} without a key: `key` names the "
                f"field of its rows that equals the market id, and `@{self.name}.FIELD` in `Fields`"
                " reads one of them"
            )

    @property
    def label(self) -> str:
        """What is asked, in words."""
        if self.asks:
            return self.asks
        if isinstance(self.calls, Bulk | PerValue):
            return self.calls.label
        return "; ".join(call.label for call in self.calls(()))

    def reads_request(self) -> bool:
        """Return whether rows need the parameters of their request."""
        names = [self.key, self.matches, *(product.fields.market_id for product in self.products)]
        return any(name.startswith("@asked.") for name in names)

    def stands_in(self, answered: Iterable[str]) -> bool:
        """Return whether this endpoint need not be asked, because what it replaces has answered."""
        return bool(self.fallback_for) and self.fallback_for in answered

    def product_of(self, market: Market) -> Product | None:
        """Return the product of this endpoint that a market belongs to."""
        return next((product for product in self.products if product.covers(market)), None)


@dataclass(frozen=True)
class MarketList:
    """How an exchange says what it trades, where no ccxt class reads it.

    Args:
        calls: What is asked.
        rows: How the rows are taken from a decoded body.
        market: What a row lists, as a ccxt unified market structure; None for what is no
            contract.
        together: Whether ``rows`` takes the bodies of all calls at once, as a list, because
            one says what another means.
    """

    calls: tuple[Call, ...]
    rows: Callable[[Any], list[Row]]
    market: Callable[[Row], Market | None]
    together: bool = False

    def rows_of(self, bodies: list[Any]) -> list[Row]:
        """Return the rows of the bodies, in order of the calls."""
        if self.together:
            return self.rows(bodies)
        return [row for body in bodies for row in self.rows(body)]


@dataclass(frozen=True)
class Address:
    """A plain REST address, for an exchange that ccxt has no class for.

    Args:
        url: What the paths of calls are put behind; by name of the host where there are several.
        lists: How it says what it trades.
        interval_ms: Least time between two requests, in milliseconds.
        headers: Sent with every request.
        secrets: Parameters of every request that are kept nowhere.
    """

    url: str | Mapping[str, str]
    lists: MarketList
    interval_ms: int = 200
    headers: Mapping[str, str] = field(default_factory=dict, hash=False, repr=False)
    secrets: Mapping[str, str] = field(default_factory=dict, hash=False, repr=False)


@dataclass(frozen=True)
class Venue:
    """One exchange.

    Args:
        id: ccxt id; a name of that kind where it has an address instead.
        book: Name of the order book behind it; venues that share one are summed once.
        endpoints: What is asked.
        options: ccxt ``options`` for the client, for example to trim ``load_markets``.
        loads_currencies: Whether markets can be told only with the list of coins.
        lists_by_place: Whether a market is known by its place in the list, so that no entry
            can be left out.
        currencies: Names that only this exchange gives to coins, and what everybody calls them.
        address: Where it is asked and what it lists, if ccxt has no class for it.
        interval_ms: Least time between two requests, in milliseconds; 0: as ccxt models it.
    """

    id: str
    book: str
    endpoints: tuple[Endpoint, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    currencies: Mapping[str, str] = field(default_factory=dict)
    loads_currencies: bool = False
    lists_by_place: bool = False
    address: Address | None = None
    interval_ms: int = 0

    def products(self) -> tuple[Product, ...]:
        """Return all product lines, each name once, as its first endpoint declares it."""
        found: dict[str, Product] = {}
        for endpoint in self.endpoints:
            for product in endpoint.products:
                found.setdefault(product.name, product)
        return tuple(found.values())

    def completions(self, endpoint: Endpoint) -> tuple[Endpoint, ...]:
        """Return the endpoints that complete the rows of one."""
        names = {endpoint.name, endpoint.fallback_for} - {""}
        return tuple(other for other in self.endpoints if other.enriches in names)


def completing(
    product: Product,
    name: str,
    method: str,
    rows: Callable[[Any], list[Row]],
    key_time: str = "",
) -> Endpoint:
    """Make an endpoint that enriches the rows of the one named as the product, by ``symbol``.

    Args:
        product: Whose rows they complete.
        name: Name of the request in the archive, and of its fields: ``@name.markPrice``.
        method: One bulk request.
        rows: How the rows are taken from a decoded body.
        key_time: Path of a row's own time.
    """
    return Endpoint(
        name=name,
        products=(product,),
        calls=once(method),
        rows=rows,
        enriches=product.name,
        key="symbol",
        key_time=key_time,
    )


def refuse_quanto(market: Market) -> str:
    """Say why a contract that settles in a third coin cannot be used where its size is unknown."""
    if market.get("settle") in {market.get("quote"), market.get("base")}:
        return ""
    return f"unit_known: nobody documents contracts that settle in {market.get('settle')!r}"
