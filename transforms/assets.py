"""Canonical asset names: one coin has one name and one unit on every exchange.

Exchanges list cheap coins by the thousand or the million under names of their own. What a name
says by itself is read by rule: ``1000PEPE``, ``10000000AIDOGE``, ``SHIB1000``, ``1MBABYDOGE``,
``kPEPE``. A capital letter says nothing by itself, since coins really are called KAVA, KAS or MOG:
such a name is one of many only where that is established or where prices show it (``names.py``).
"""

import re
from decimal import Decimal

_NUMBERED = re.compile(r"[uU]?(?P<number>10{3,})(?P<coin>[A-Za-z]\w+)")
_AFTERWARDS = re.compile(r"(?P<coin>[A-Za-z]{3,})(?P<number>10{3,})")
_COUNTED = re.compile(r"1(?P<letter>[KM])(?P<coin>[A-Z]\w{2,})")
_SMALL_K = re.compile(r"(?P<letter>k)(?P<coin>[A-Z]\w+)")
_SAYS_SO = (_NUMBERED, _AFTERWARDS, _COUNTED, _SMALL_K)
"""Names that say how many coins one unit is."""

_LETTERED = re.compile(r"(?P<letter>[KM])(?P<coin>[A-Z0-9]\w+)")
_SHORT = re.compile(r"(?P<number>10{2,})(?P<coin>[A-Za-z]\w*)")
_MAY_SAY_SO = (_LETTERED, _SHORT)
"""Names that may say so, and may as well be a coin's own."""

_LETTERS = {"k": 1000, "K": 1000, "M": 1_000_000}
_ESTABLISHED = frozenset(
    {*(f"K{coin}" for coin in ("PEPE", "SHIB", "BONK", "FLOKI", "LUNC", "NEIRO", "DOGS")),
     "MBABYDOGE"}
)  # fmt: skip
"""Lettered names that are known to be multiples, on Hyperliquid as ccxt names it and on Gate."""

ALIASES = {"XBT": "BTC", "XDG": "DOGE", "BCHSV": "BSV"}
"""Names of one coin that are the same everywhere."""

RENAMED = {
    "bingx": {"TRUMPMAGA": "TRUMP", "OmniCat": "OMNI", "Snowman": "SNOW", "$NAP": "NAP"},
    "mexc": {
        "GMTTOKEN": "GMT", "GASDAO": "GAS", "FLUX1": "FLUX", "BIFIF": "BIFI",
        "STEPHERO": "HERO", "PROSFINANCE": "PROS", "SOULSWAP": "SOUL",
    },
    "kucoinfutures": {"APTOSLAUNCHTOKEN": "ALT", "BIFIF": "BIFI"},
    "gate": {"GAMECOM": "GTC", "BITCOINFILE": "BIFI", "DEFIBOX": "BOX"},
    "htx": {"GAMECOM": "GTC", "BITCOINFILE": "BIFI", "SOULSAVER": "SOUL", "PENTA": "PNT"},
    "bitget": {"omni": "OMNI", "DegenReborn": "DEGEN", "AstroPepeX": "APX"},
    "okx": {"AET": "AE"},
}  # fmt: skip
"""Names that ccxt gives to spot coins and lets slip into derivatives, by exchange.

A derivative of that name is on the coin that everybody else calls by the other one. Clients are
told not to rename; recordings made otherwise still carry the names.
"""


def canonical_asset(base: str, venue: str = "") -> tuple[str, Decimal]:
    """Return the coin behind a listed base and how many coins one listed unit is.

    Args:
        base: Base as ccxt names it.
        venue: ccxt id of the exchange, whose own names are undone.

    >>> canonical_asset("1000PEPE")
    ('PEPE', Decimal('1000'))
    >>> canonical_asset("1INCH")
    ('1INCH', Decimal('1'))
    >>> canonical_asset("TRUMPMAGA", "bingx")
    ('TRUMP', Decimal('1'))
    """
    own = RENAMED.get(venue, {}).get(base, base)
    patterns = (*_SAYS_SO, _LETTERED) if own in _ESTABLISHED else _SAYS_SO
    asset, multiplier = _read(own, patterns) or (own, Decimal(1))
    return ALIASES.get(asset, asset), multiplier


def possible_multiple(base: str) -> tuple[str, Decimal] | None:
    """Return what a listed base may be a multiple of, where its name alone does not tell.

    >>> possible_multiple("KAVA")
    ('AVA', Decimal('1000'))
    >>> possible_multiple("1000PEPE") is None
    True
    """
    if base in _ESTABLISHED or _read(base, _SAYS_SO) is not None:
        return None
    return _read(base, _MAY_SAY_SO)


def _read(base: str, patterns: tuple[re.Pattern[str], ...]) -> tuple[str, Decimal] | None:
    """Return coin and number of the first pattern that a name is of."""
    for pattern in patterns:
        found = pattern.fullmatch(base)
        if found is not None:
            parts = found.groupdict()
            number = parts.get("number") or _LETTERS[parts["letter"]]
            return parts["coin"], Decimal(number)
    return None
