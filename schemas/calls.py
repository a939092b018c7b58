"""How an exchange is asked: one request, or one for each value among what it lists."""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

Market = Mapping[str, Any]
"""A ccxt unified market structure."""


@dataclass(frozen=True)
class Call:
    """One request: a generated ccxt method and its parameters.

    For an address that ccxt generates no method for, ``path`` and ``api`` name it as ccxt's
    ``request`` takes them, and ``method`` is the HTTP method. On an :class:`Address` that has
    several hosts, ``api`` is the name of one. ``{symbol}`` in a path is that parameter.
    """

    method: str
    params: Mapping[str, str] = field(default_factory=dict)
    path: str = ""
    api: tuple[str, ...] = ()

    def send(self, client: Any) -> Awaitable[Any]:  # noqa: ANN401 -- a ccxt client has no types
        """Start the request on a ccxt client."""
        if self.path:
            started = client.request(self.path, list(self.api), self.method, dict(self.params))
        else:
            started = getattr(client, self.method)(dict(self.params))
        return started  # type: ignore[no-any-return]

    @property
    def label(self) -> str:
        """What is asked, in words: the method or path with its parameters."""
        parameters = ", ".join(f"{key}={value}" for key, value in self.params.items())
        return f"{self.path or self.method}({parameters})"


@dataclass(frozen=True)
class Bulk:
    """``Endpoint.calls`` that ask one request, whatever is listed."""

    call: Call

    def __call__(self, markets: Sequence[Market]) -> tuple[Call, ...]:
        """Return the one request."""
        del markets
        return (self.call,)

    @property
    def label(self) -> str:
        """What is asked, in words."""
        return self.call.label


@dataclass(frozen=True)
class PerValue:
    """``Endpoint.calls`` that ask once for each value found at a path of the markets.

    Markets that share the value (options of one underlying) share the request; inactive markets
    are not asked for. The value becomes a parameter of the call.
    """

    call: Call
    parameter: str
    path: str = "id"

    def __call__(self, markets: Sequence[Market]) -> tuple[Call, ...]:
        """Return the requests, in order of the markets."""
        listed = [market for market in markets if market.get("active") is not False]
        values = [value_at(market, self.path) for market in listed]
        known = dict.fromkeys(str(value) for value in values if value is not None and value != "")
        return tuple(self._asking(value) for value in known)

    @property
    def label(self) -> str:
        """What is asked, in words."""
        return self._asking(f"<{self.path.rpartition('.')[2]}>").label

    def _asking(self, value: str) -> Call:
        return replace(self.call, params={self.parameter: value, **self.call.params})


def each(method: str, parameter: str, path: str = "id", **params: str) -> PerValue:
    """Make a ``Endpoint.calls`` that asks once for each value found at a path of the markets."""
    return PerValue(Call(method, params), parameter, path)


def value_at(found: Any, path: str) -> Any:  # noqa: ANN401 -- any JSON
    """Return what lies at a dotted path of an object, or None where there is nothing."""
    for key in path.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(key)
    return found


def get(path: str, **params: str) -> Call:
    """Make the call of a path on the exchange's own address."""
    return Call("GET", params, path)


def once(method: str, **params: str) -> Bulk:
    """Make a ``Endpoint.calls`` that asks one bulk request, whatever is listed."""
    return Bulk(Call(method, params))
