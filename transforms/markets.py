"""ccxt market structures from the market lists of exchanges that ccxt has no class for."""

from dataclasses import dataclass
from typing import Any

from oirisk.schemas.calls import Market
from oirisk.schemas.instruments import is_dollar
from oirisk.schemas.text import seen
from oirisk.schemas.venue import Row, TimeUnit
from oirisk.transforms.assets import ALIASES
from oirisk.transforms.decode import pick
from oirisk.transforms.times import instant

_LITERAL = "="


def contract(market_id: str, coins: tuple[str, str, str], info: Row, **terms: Any) -> Market:  # noqa: ANN401
    """Say as ccxt does what is known of one contract.

    Args:
        market_id: Its id, as the rows of open interest have it.
        coins: Base, quote and coin of settlement.
        info: The row that lists it.
        terms: ``contractSize``, ``active``, ``created`` (ms), and ``expiry`` (ms) of a future.

    Returns:
        A ccxt unified market structure, as far as instruments need it.
    """
    base, quote, settle = (ALIASES.get(coin, coin) for coin in coins)
    expiry = instant(terms.get("expiry"), "ms")
    dated = "" if expiry is None else f"-{expiry:%y%m%d}"
    return {
        "id": market_id,
        "symbol": f"{base}/{quote}:{settle}{dated}",
        "base": base,
        "quote": quote,
        "settle": settle,
        "type": "future" if dated else "swap",
        "contract": True,
        "spot": False,
        "swap": not dated,
        "future": bool(dated),
        "option": False,
        "linear": settle == quote or is_dollar(settle),
        "inverse": settle == base,
        "active": True,
        **terms,
        "info": info,
    }


@dataclass(frozen=True)
class ContractFields:
    """Native names of what a row of a market list says; dots step into nested objects.

    A name that starts with ``=`` is the value itself: ``=USDT``. Where ``settle`` is not given,
    contracts settle in their quote. ``active_is`` is what the field ``active`` holds while a
    contract trades; without it, any true value.
    """

    market_id: str
    base: str
    quote: str
    settle: str = ""
    contract_size: str = ""
    expiry: str = ""
    expiry_unit: TimeUnit = "ms"
    active: str = ""
    active_is: str = ""

    def __call__(self, row: Row) -> Market:
        """Return what a row lists.

        Raises:
            ValueError: It has no id, or a coin or the expiry cannot be read.
        """
        coins = (
            self._text(row, self.base),
            self._text(row, self.quote),
            self._text(row, self.settle or self.quote),
        )
        terms: dict[str, Any] = {"active": self._is_active(row)}
        if self.contract_size:
            terms["contractSize"] = pick(row, self.contract_size)
        expiry = instant(pick(row, self.expiry), self.expiry_unit) if self.expiry else None
        if expiry is not None:
            terms["expiry"] = int(expiry.timestamp() * 1000)
        return contract(self._text(row, self.market_id), coins, row, **terms)

    def _text(self, row: Row, path: str) -> str:
        if path.startswith(_LITERAL):
            return path.removeprefix(_LITERAL)
        found = pick(row, path)
        if found in {None, ""}:
            raise ValueError(f"expected {path} in the row of a contract, saw {seen(found)}")
        return str(found)

    def _is_active(self, row: Row) -> bool:
        if not self.active:
            return True
        found = pick(row, self.active)
        return str(found) == self.active_is if self.active_is else bool(found)
