"""One request, one turn: the breaker's permit first, then ccxt's pace, then the exchange.

ccxt sends every request through ``fetch2``: it waits for the client's throttler, signs and
fetches. Ours does the same and asks the breaker on both sides of the throttler, so that a request
that was queued when the venue said stop is not sent, and is paced anew afterwards.
"""

import re
from collections.abc import Mapping
from typing import Any

import ccxt.async_support as ccxt

from oirisk.flows.exchanges.circuit_breaker import BackOff, Breaker, Permit
from oirisk.flows.exchanges.transport import SENT, UNDER_WAY, Sent
from oirisk.flows.exchanges.unreadable_markets import UNREADABLE
from oirisk.schemas.responses import Response
from oirisk.schemas.text import shown

_IN_PATH = re.compile(r"{(\w+)}")
_BANNED = 418
_TOO_MANY = 429
_MAY_PASS = frozenset({408, 425})
_SERVER_ERROR = 500
_CLIENT_ERROR = 400
_SHOWN = 300


class RequestGate:
    """The requests of one ccxt client.

    Args:
        client: The client; from now on its requests come here.
        breaker: Its venue's breaker; None where nothing leaves this machine.
    """

    def __init__(self, client: Any, breaker: Breaker | None) -> None:  # noqa: ANN401 -- ccxt
        """Take over the client's requests."""
        self._client = client
        self._breaker = breaker
        client.fetch2 = self._fetch

    async def _fetch(
        self,
        path: str,
        api: Any = "public",  # noqa: ANN401 -- ccxt's signature
        method: str = "GET",
        params: Mapping[str, Any] | None = None,
        config: Mapping[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 -- any JSON
        terms = {} if params is None else params
        cost = self._client.calculate_rate_limiter_cost(api, method, path, terms, config or {})
        permit = await self._admit(cost)
        sent = Sent({name: str(terms[name]) for name in _IN_PATH.findall(path) if name in terms})
        token = SENT.set(sent)
        try:
            request = self._client.sign(path, api, method, terms)
            answer = await self._client.fetch(
                request["url"], request["method"], request["headers"], request["body"]
            )
        except (ccxt.BaseError, *UNREADABLE) as error:
            UNDER_WAY.get().failed = sent.response
            self._judge(permit, error, sent)
            raise
        else:
            self._judge(permit, None, sent)
            return answer
        finally:
            SENT.reset(token)
            self._release(permit)

    async def _admit(self, cost: float) -> Permit | None:
        """Wait for the breaker and for the pace; both must hold at the same instant."""
        if self._breaker is None:
            return None
        while True:
            permit = await self._breaker.admit()
            try:
                await self._client.throttle(cost)
            except BaseException:
                self._release(permit)
                raise
            if self._breaker.holds(permit):
                return permit
            self._release(permit)

    def _judge(self, permit: Permit | None, error: Exception | None, sent: Sent) -> None:
        if self._breaker is None or permit is None:
            return
        stop = None if error is None else back_off_of(error, sent)
        if stop is not None:
            self._breaker.stopped(permit, stop)
        elif error is None or not is_transient(error, sent.response):
            self._breaker.answered(permit)

    def _release(self, permit: Permit | None) -> None:
        if self._breaker is not None and permit is not None:
            self._breaker.release(permit)


def back_off_of(error: Exception, sent: Sent) -> BackOff | None:
    """Return the exchange's word to stop, if that is what an error is."""
    status = sent.response.status if sent.response else 0
    says_when = status >= _SERVER_ERROR and sent.retry_after is not None
    is_limit = isinstance(error, ccxt.RateLimitExceeded | ccxt.DDoSProtection)
    if not (is_limit or says_when or status in {_BANNED, _TOO_MANY}):
        return None
    return BackOff(describe(error, sent.response), sent.retry_after, is_ban=status == _BANNED)


def is_transient(error: Exception, response: Response | None) -> bool:
    """Return whether the same request may fare better later.

    The status decides where it is an error: ccxt calls some refusals of one symbol (400, 404) a
    network error, and some server errors (500) a refusal.
    """
    status = response.status if response else 0
    is_limit = isinstance(error, ccxt.RateLimitExceeded | ccxt.DDoSProtection)
    if is_limit or status in {_BANNED, _TOO_MANY, *_MAY_PASS} or status >= _SERVER_ERROR:
        return True
    if status >= _CLIENT_ERROR:
        return False
    return isinstance(error, ccxt.NetworkError | ccxt.BadResponse)


def describe(error: Exception, response: Response | None) -> str:
    """Say what was seen, in one line."""
    if response is not None and response.status:
        text = " ".join(response.body.split())
        return shown(f"HTTP {response.status}, {type(error).__name__}: {text[:_SHOWN]}")
    cause = error.__cause__
    if cause is not None:
        return shown(f"{type(cause).__name__}: {cause}")
    return shown(f"{type(error).__name__}: {error}")
