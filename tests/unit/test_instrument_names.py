"""Which texts are symbols, and which currencies are dollars."""

import pytest

from oirisk.schemas.instruments import is_dollar, is_symbol

SYMBOLS = [
    "BTC/USDT:USDT", "BTC/USD:BTC-241227", "BTC/USD:BTC-241227-60000-C", "1000PEPE/USDT:USDT",
    "BUFFI,UNISWAP_V3,0X4C1B1302220D7DE5C22B495E78B72F2DD2457D45/USDC:USDC", "$NAP/USDT:USDT",
    "币安人生/USDT:USDT", "XYZ-TSLA/USDC:USDC", "hyna:BTC/USDE:USDE", "A&B/USDT:USDT",
    "P(DOOM)%/USDT:USDT", "X@Y/USDT0:USDT0", "BTC+ETH/USD:USD", "!/USDT:USDT", "#1~/USD:USD",
]  # fmt: skip
NO_SYMBOLS = [
    "", "BTCUSDT", "BTC/USDT", "<b>/USDT:USDT", "A B/USDT:USDT", 'A"/USDT:USDT', "A'/USDT:USDT",
    "A;drop/USDT:USDT", "A`/USDT:USDT", "A\\/USDT:USDT", "A\n/USDT:USDT", "A\x00/USDT:USDT",
    "A\u202e/USDT:USDT", "A/B/USDT:USDT", "A/USDT:", "/USDT:USDT", "A\u00a0B/USDT:USDT",
]  # fmt: skip


@pytest.mark.parametrize("text", SYMBOLS)
def test_any_listed_name_is_a_name(text: str) -> None:
    assert is_symbol(text)


@pytest.mark.parametrize("text", NO_SYMBOLS)
def test_markup_quotes_spaces_and_what_cannot_be_printed_are_no_part_of_a_name(text: str) -> None:
    assert not is_symbol(text)


@pytest.mark.parametrize(
    "name",
    [
        "USD", "USDT", "USDC", "USDE", "USDH", "USDD", "USD1", "FDUSD", "TUSD", "BUSD", "DAI",
        "PYUSD", "USDS", "USDP", "USDX", "RLUSD", "USDB", "USDT0", "GUSD", "USD0", "BFUSD",
    ],
)  # fmt: skip
def test_a_coin_that_is_named_after_the_dollar_is_taken_for_one(name: str) -> None:
    assert is_dollar(name)


@pytest.mark.parametrize(
    "name", ["EUR", "EURR", "BTC", "TRY", "USDJPY", "DAIX", "", "None", "usdt", "SUSDJPY", "KUSAMA"]
)
def test_other_currencies_are_none(name: str) -> None:
    assert not is_dollar(name)
