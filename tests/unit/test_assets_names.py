"""One coin has one name and one unit; coins with odd names keep theirs."""

from decimal import Decimal

import pytest

from oirisk.transforms.assets import canonical_asset, possible_multiple

THOUSANDS = [
    ("1000PEPE", "PEPE", 1000),
    ("1000SHIB", "SHIB", 1000),
    ("SHIB1000", "SHIB", 1000),
    ("1000BONK", "BONK", 1000),
    ("u1000BONK", "BONK", 1000),
    ("1000SATS", "SATS", 1000),
    ("10000SATS", "SATS", 10_000),
    ("1000FLOKI", "FLOKI", 1000),
    ("1000LUNC", "LUNC", 1000),
    ("1000XEC", "XEC", 1000),
    ("1000RATS", "RATS", 1000),
    ("1000CAT", "CAT", 1000),
    ("1000CHEEMS", "CHEEMS", 1000),
    ("1000WHY", "WHY", 1000),
    ("10000WHY", "WHY", 10_000),
    ("1000IQ50", "IQ50", 1000),
    ("10000LADYS", "LADYS", 10_000),
    ("10000QUBIC", "QUBIC", 10_000),
    ("kPEPE", "PEPE", 1000),
    ("KPEPE", "PEPE", 1000),
    ("KSHIB", "SHIB", 1000),
    ("KBONK", "BONK", 1000),
    ("KFLOKI", "FLOKI", 1000),
    ("KLUNC", "LUNC", 1000),
    ("KNEIRO", "NEIRO", 1000),
    ("KDOGS", "DOGS", 1000),
    ("1MBABYDOGE", "BABYDOGE", 1_000_000),
    ("1000000BABYDOGE", "BABYDOGE", 1_000_000),
    ("1000000MOG", "MOG", 1_000_000),
    ("1000000CHEEMS", "CHEEMS", 1_000_000),
    ("1000000PEIPEI", "PEIPEI", 1_000_000),
    ("1000000BOB", "BOB", 1_000_000),
    ("100000AIDOGE", "AIDOGE", 100_000),
    ("10000000AIDOGE", "AIDOGE", 10_000_000),
    ("1MCHEEMS", "CHEEMS", 1_000_000),
    ("MBABYDOGE", "BABYDOGE", 1_000_000),
    ("1000NEVERHEARDOF", "NEVERHEARDOF", 1000),
    ("kNEVERHEARDOF", "NEVERHEARDOF", 1000),
    ("1000TAG", "TAG", 1000),
]

NOT_MULTIPLIED = [
    "1INCH", "0G", "4", "1000X", "KAVA", "KAS", "KSM", "KAITO", "KNC", "KDA", "KMNO", "K", "UNI",
    "USUAL", "UMA", "S", "X", "2Z", "A", "M", "1CAT", "PEPE", "SHIB", "SHIBA", "100X", "BTT",
    "XYZ-TSLA", "HYNA-BTC", "FLX-CRCL", "AAPLX", "XAUT", "PAXG", "MOG", "MATIC", "MANA", "MASK",
    "1MIL", "BROCCOLI714", "SPX6900", "42", "10SET", "88MPH", "KM-US500", "KILO", "币安人生",
]  # fmt: skip


@pytest.mark.parametrize(("base", "asset", "multiplier"), THOUSANDS)
def test_a_listed_thousand_is_its_coin_times_its_number(
    base: str, asset: str, multiplier: int
) -> None:
    assert canonical_asset(base) == (asset, Decimal(multiplier))


@pytest.mark.parametrize("base", NOT_MULTIPLIED)
def test_a_name_that_only_looks_like_a_multiple_stays_itself(base: str) -> None:
    assert canonical_asset(base) == (base, Decimal(1))


@pytest.mark.parametrize("base", ["XBT", "BTC"])
def test_bitcoin_has_one_name_everywhere(base: str) -> None:
    assert canonical_asset(base, "mexc") == ("BTC", Decimal(1))


@pytest.mark.parametrize(
    ("venue", "base", "asset"),
    [
        ("bingx", "TRUMPMAGA", "TRUMP"),
        ("mexc", "GMTTOKEN", "GMT"),
        ("mexc", "FLUX1", "FLUX"),
        ("gate", "GAMECOM", "GTC"),
        ("htx", "BITCOINFILE", "BIFI"),
        ("kucoinfutures", "APTOSLAUNCHTOKEN", "ALT"),
        ("bitget", "omni", "OMNI"),
        ("okx", "AET", "AE"),
    ],
)
def test_a_name_made_for_spot_is_undone_where_it_was_made_and_nowhere_else(
    venue: str, base: str, asset: str
) -> None:
    assert canonical_asset(base, venue) == (asset, Decimal(1))
    assert canonical_asset(base, "bybit") == (base, Decimal(1))


@pytest.mark.parametrize(
    ("base", "possible"),
    [
        ("KAVA", ("AVA", 1000)),
        ("MOG", ("OG", 1_000_000)),
        ("100BONK", ("BONK", 100)),
        ("1000X", ("X", 1000)),
        ("1000PEPE", None),  # says so itself
        ("MBABYDOGE", None),  # established
        ("BTC", None),
        ("1INCH", None),
    ],
)
def test_what_a_name_may_be_a_multiple_of(base: str, possible: tuple[str, int] | None) -> None:
    assert possible_multiple(base) == possible
