"""What the names and words of the CFTC's report stand for: the coin, and how many a contract is."""

import re
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

COINS: Mapping[str, str] = MappingProxyType(
    {
        "BITCOIN": "BTC", "BITCOIN CASH": "BCH", "ETHER": "ETH", "ETHEREUM": "ETH",
        "SOLANA": "SOL", "SOL": "SOL", "XRP": "XRP", "CARDANO": "ADA", "CARDONA": "ADA",
        "CHAINLINK": "LINK", "AVALANCHE": "AVAX", "DOGECOIN": "DOGE", "LITECOIN": "LTC",
        "POLKADOT": "DOT", "STELLAR": "XLM", "HEDERA": "HBAR", "SHIBA INU": "SHIB",
        "SHIB": "SHIB", "SUI": "SUI", "AAVE": "AAVE", "ETHENA": "ENA", "NEAR": "NEAR",
        "NEAR PROTOCOL": "NEAR", "ONDO": "ONDO", "PAX GOLD": "PAXG", "ZCASH": "ZEC",
        "HYPERLIQUID": "HYPE", "HYPE": "HYPE",
    }
)  # fmt: skip
"""Ticker by the name that the report prints. CARDONA is how it spells Cardano."""

EXCHANGES: Mapping[str, str] = MappingProxyType(
    {
        "CHICAGO MERCANTILE EXCHANGE": "CME",
        "COINBASE DERIVATIVES, LLC": "Coinbase Derivatives",
        "LMX LABS LLC": "Coinbase Derivatives",
    }
)
"""Our name of an exchange by the report's; LMX Labs became Coinbase Derivatives in July 2025."""

_SIZES = r"(?:MICRO|NANO|MINI)\s+"
_STYLES = r"-USD|\s+(?:PERP(?:ETUAL)?(?:\s+STYLE)?|CASH\s+SETTLED|FUTURES?)"
_THOUSAND = r"1K\s+"
_GENERIC = frozenset({"INDEX", "INDEX POINT", "POINT", "COIN", "TOKEN"})
_NUMBER = (
    r"\$?\s*(?P<number>\d[\d,]*(?:\.\d+)?|\.\d+)(?:\s*/\s*(?P<part>\d[\d,]*)(?:ST|ND|RD|TH)?)?"
)
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"(?:CONTRACTS?\s+OF\s+)?{_NUMBER}\s*(?:X\s+)?(?:OF\s+(?:AN?\s+|ONE\s+)?)?(?P<unit>[A-Z1].*)",
        rf"(?P<unit>[A-Z1].*?)\s+X\s+{_NUMBER}",
        rf"CONTRACTS?\s+OF\s+(?P<unit>[A-Z1].*?)\s+{_NUMBER}",
    )
)


def market_parts(market: str) -> tuple[str, str]:
    """Part a name into contract and exchange; the latter is empty where none is named.

    >>> market_parts("MICRO ETHER  - CHICAGO MERCANTILE EXCHANGE")
    ('MICRO ETHER', 'CME')
    """
    contract, dash, exchange = (part.strip() for part in _folded(market).rpartition(" - "))
    return (contract, EXCHANGES.get(exchange.upper(), exchange)) if dash else (exchange, "")


def coin_of(contract: str) -> str:
    """Return the ticker of a contract's coin, or the name that is left where none is known.

    >>> coin_of("NANO BITCOIN PERP STYLE"), coin_of("BITCOIN CASH PERP STYLE"), coin_of("1K SHIB")
    ('BTC', 'BCH', 'SHIB')
    """
    name = re.sub(rf"^{_THOUSAND}", "", _coin_name(contract))
    return COINS.get(name) or COINS.get(name.removesuffix(" CASH")) or name


def is_known_coin(contract: str) -> bool:
    """Return whether a contract is named after a coin of :data:`COINS`."""
    return coin_of(contract) in COINS.values()


def contract_size(units: str | None, contract: str) -> Decimal | None:
    """Read how many coins a contract is from the report's words.

    A number times the coin, or times points of an index of its price in USD, is that many coins.

    Args:
        units: ``(5 Bitcoins)``, ``(Bitcoin X $0.10)``, ``(50 Index Points)`` …
        contract: The contract's name; the words may name no other coin.

    Returns:
        Coins a contract; None where the words say nothing, or speak of something else.

    >>> contract_size("(Bitcoin X $0.10)", "MICRO BITCOIN")
    Decimal('0.10')
    """
    text = re.sub(r"^\(|\)$", "", _folded(units or "").upper()).strip()
    for form in _FORMS:
        found = form.fullmatch(text)
        size = None if found is None else _size(found, contract)
        if size is not None:
            return size
    return None


def _size(found: re.Match[str], contract: str) -> Decimal | None:
    coins = _coins_a_unit(found["unit"], contract)
    number = Decimal(found["number"].replace(",", ""))
    part = Decimal((found["part"] or "1").replace(",", ""))
    if coins is None or not number or not part:
        return None
    return number / part * coins


def _coins_a_unit(unit: str, contract: str) -> Decimal | None:
    """Return how many coins a unit is; of a coin listed by the thousand only named units are."""
    word = _singular(unit)
    is_thousand = bool(re.match(_THOUSAND, _coin_name(contract)))
    if word in _GENERIC:
        return None if is_thousand else Decimal(1)
    named = re.sub(r"\s+(?:INDEX|INDEX POINT|POINT)$", "", word)
    multiplier = Decimal(1000) if re.match(_THOUSAND, named) else Decimal(1)
    plain = _singular(re.sub(rf"^{_THOUSAND}", "", named))
    return multiplier if COINS.get(plain, plain) == coin_of(contract) else None


def _coin_name(contract: str) -> str:
    name = _folded(contract).upper()
    stripped = re.sub(rf"^{_SIZES}", "", name)
    return re.sub(rf"(?:{_STYLES})+$", "", stripped).strip()


def _singular(text: str) -> str:
    word = text.strip().upper()
    plural = word.endswith("S") and word not in COINS
    return word[:-1] if plural and not word.endswith("SS") else word


def _folded(text: str) -> str:
    return " ".join(text.split())
