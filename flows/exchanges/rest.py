"""A client of a plain REST address, for exchanges that ccxt has no class for.

It is ccxt's own base class, told where to go and how to read a market list: the pace, the errors
and the session are the ones that every other exchange has.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import ccxt.async_support as ccxt

from oirisk.schemas.calls import Market
from oirisk.schemas.venue import Address
from oirisk.transforms.decode import BodyError, decode


class PlainExchange(ccxt.Exchange):  # type: ignore[misc]
    """The client of one address.

    Args:
        address: Where to go, and what is listed there.
        config: What any ccxt client takes.
    """

    def __init__(self, address: Address, config: Mapping[str, Any]) -> None:
        """Create the client; nothing is asked yet."""
        self._lists = address.lists
        self._secrets = dict(address.secrets)
        told: Any = {
            "urls": {"api": address.url},
            "rateLimit": address.interval_ms,
            "headers": dict(address.headers),
            # ccxt puts a name of its own over that of the headers.
            "userAgent": address.headers.get("User-Agent"),
            **config,
        }
        super().__init__(told)

    def sign(
        self,
        path: str,
        api: str | list[str] = "public",
        method: str = "GET",
        params: Mapping[str, Any] | None = None,
        headers: Any = None,  # noqa: ANN401 -- ccxt's signature
        body: Any = None,  # noqa: ANN401
    ) -> dict[str, Any]:
        """Put a path behind its host, with the parameters in it, as a query or as a JSON body."""
        del headers, body
        hosts: Any = (self.urls or {})["api"]
        base = hosts if isinstance(hosts, str) else hosts[api[0]]
        inside = {name: quote(str(value), safe="") for name, value in (params or {}).items()}
        url = f"{base.rstrip('/')}/{self.implode_params(path, inside).lstrip('/')}"
        rest = {**self.omit(params, self.extract_params(path)), **self._secrets}
        if method == "GET":
            query = f"?{urlencode(rest)}" if rest else ""
            return {"url": url + query, "method": method, "headers": None, "body": None}
        kind = {"Content-Type": "application/json"}
        return {"url": url, "method": method, "headers": kind, "body": json.dumps(rest)}

    def parse_json(self, http_response: str) -> Any:  # noqa: ANN401 -- any JSON
        """Read an answer without losing a digit; None if it is no JSON."""
        try:
            return decode(http_response)
        except BodyError:
            return None

    async def load_markets(
        self,
        reload: bool = False,
        params: Mapping[str, Any] | None = None,
    ) -> dict[str, Market]:
        """Ask what is listed.

        Returns:
            ccxt unified market structures, by their ids.

        Raises:
            BodyError: An answer has another shape.
            ValueError: A row cannot be read.
        """
        del reload, params
        bodies = [await call.send(self) for call in self._lists.calls]
        found = [self._lists.market(row) for row in self._lists.rows_of(bodies)]
        return {str(market["id"]): market for market in found if market is not None}

    def set_markets(self, markets: Any, currencies: Any = None) -> None:  # noqa: ANN401 -- ccxt's
        """Do nothing: no parser here looks a market up."""
