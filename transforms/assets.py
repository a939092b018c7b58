"""Canonical asset names: one coin has one name and one unit on every exchange.

Exchanges list cheap coins by the thousand under names of their own. The table is explicit,
because a pattern would also match coins that really are called 1INCH, 1000X or KAS.
"""

from decimal import Decimal

_THOUSANDS = (
    "APU", "BABYDOGE", "BEAM", "BEER", "BONK", "BTT", "BTTC", "CAT", "CATS", "CHEEMS", "DOGS",
    "ELON", "FLOKI", "HOT", "IQ50", "LADYS", "LUNC", "MOG", "MUMU", "NEIRO", "NEIROCTO", "NFT",
    "PEIPEI", "PEPE", "RATS", "SATS", "SHIB", "TAG", "TOSHI", "TURBO", "VINU", "WEN", "WHY",
    "WIN", "XEC", "XVG",
)  # fmt: skip
_TEN_THOUSANDS = (
    "CAT", "COQ", "ELON", "KISHU", "LADYS", "PEPE", "QUBIC", "SATS", "STARL", "WEN", "WHY",
    "BABYDOGE", "CHEEMS", "AIDOGE", "SHIB",
)  # fmt: skip
_MILLIONS = ("BABYDOGE", "CHEEMS", "MOG", "PEIPEI", "PEPE", "AIDOGE", "SHIB", "BONK")
_LETTER_K = ("PEPE", "SHIB", "BONK", "FLOKI", "LUNC", "NEIRO", "DOGS")
_LETTER_U = ("BONK", "PEPE", "SHIB", "FLOKI", "SATS", "RATS", "LUNC", "XEC", "CAT", "CHEEMS")
_AFTER = ("SHIB", "PEPE", "BONK", "FLOKI", "XEC", "LUNC", "BTT", "RATS", "SATS", "BABYDOGE")

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

_MULTIPLIED: dict[str, tuple[str, int]] = {
    **{f"1000{coin}": (coin, 1000) for coin in _THOUSANDS},
    **{f"{coin}1000": (coin, 1000) for coin in _AFTER},
    **{f"{letter}{coin}": (coin, 1000) for coin in _LETTER_K for letter in ("k", "K")},
    **{f"{letter}1000{coin}": (coin, 1000) for coin in _LETTER_U for letter in ("u", "U")},
    **{f"10000{coin}": (coin, 10_000) for coin in _TEN_THOUSANDS},
    "100000MOG": ("MOG", 100_000),
    "100000BABYDOGE": ("BABYDOGE", 100_000),
    **{f"1000000{coin}": (coin, 1_000_000) for coin in _MILLIONS},
    **{f"1M{coin}": (coin, 1_000_000) for coin in _MILLIONS},
}


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
    asset, multiplier = _MULTIPLIED.get(own, (own, 1))
    return ALIASES.get(asset, asset), Decimal(multiplier)
