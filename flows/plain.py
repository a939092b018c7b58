"""A client of a plain REST address, for exchanges that ccxt has no class for.

It is ccxt's own base class, told where to go and how to read a market list: the pace, the errors
and the session are the ones that every other exchange has.
"""

import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import ccxt.async_support as ccxt

from oirisk.flows.transport import UNDER_WAY
from oirisk.flows.turns import UNREADABLE
from oirisk.schemas.venue import Address, Market, Row
from oirisk.transforms.decode import decode

log = logging.getLogger(__name__)


class PlainExchange(ccxt.Exchange):  # type: ignore[misc]
    """The client of one address.

    Args:
        address: Where to go, and what is listed there.
        config: What any ccxt client takes.
    """

    def __init__(self, address: Address, config: Mapping[str, Any]) -> None:
        """Create the client; nothing is asked yet."""
        self._lists = address.lists
        super().__init__(
            {
                "urls": {"api": address.url},
                "rateLimit": address.interval_ms,
                "headers": dict(address.headers),
                # ccxt puts a name of its own over that of the headers.
                "userAgent": address.headers.get("User-Agent"),
                **config,
            }
        )

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
        hosts = self.urls["api"]
        base = hosts if isinstance(hosts, str) else hosts[api[0]]
        inside = {name: quote(str(value), safe="") for name, value in (params or {}).items()}
        url = f"{base.rstrip('/')}/{self.implode_params(path, inside).lstrip('/')}"
        rest = self.omit(params, self.extract_params(path))
        if method == "GET":
            query = f"?{urlencode(rest)}" if rest else ""
            return {"url": url + query, "method": method, "headers": None, "body": None}
        kind = {"Content-Type": "application/json"}
        return {"url": url, "method": method, "headers": kind, "body": json.dumps(rest)}

    async def load_markets(
        self,
        reload: bool = False,
        params: Mapping[str, Any] | None = None,
    ) -> dict[str, Market]:
        """Ask what is listed; a row that cannot be read costs itself only.

        Returns:
            ccxt unified market structures, by their ids.

        Raises:
            BodyError: An answer has another shape.
        """
        del reload, params
        bodies = []
        for call in self._lists.calls:
            await call.send(self)
            bodies.append(decode(UNDER_WAY.get().responses[-1].body))
        found = [self._market(row) for row in self._lists.rows_of(bodies)]
        return {str(market["id"]): market for market in found if market is not None}

    def set_markets(self, markets: Any, currencies: Any = None) -> None:  # noqa: ANN401 -- ccxt's
        """Do nothing: no parser here looks a market up."""

    def _market(self, row: Row) -> Market | None:
        try:
            return self._lists.market(row)
        except UNREADABLE as error:
            log.warning("market not readable venue=%s error=%r row=%.200s", self.id, error, row)
            return None
