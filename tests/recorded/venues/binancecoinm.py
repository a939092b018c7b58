"""Answers of binancecoinm: fields and figures as they were published, and what they come to."""

from tests.markets import listed
from tests.recorded.replayed import Answer, Case, Figures

CASES = (
    Case(
        venue="binancecoinm", at="2020-06-04T08:57:23Z",
        source="JKorf/Binance.Net@8b14feb072ab GetOpenInterest.txt",
        markets=(listed("BTCUSD_200626", "BTC/USD:BTC-200626", 100),),
        answers=(
            Answer(
                "https://dapi.binance.com/dapi/v1/openInterest?symbol=BTCUSD_200626",
                {"symbol": "BTCUSD_200626", "openInterest": "15004", "time": 1591261042378},
            ),
        ),
        expected={
            # Contracts of 10 USD, of 100 USD for BTC: no price is in their value.
            "BTC/USD:BTC-200626": Figures(None, 15004 * 100.0, "future"),
        },
    ),
    Case(
        venue="binancecoinm", at="2023-02-25T21:24:33Z",
        source="ccxt 4.5.90, binance.py:13490",
        markets=(listed("ETHUSD_PERP", "ETH/USD:ETH", 10),),
        answers=(
            Answer(
                "https://dapi.binance.com/dapi/v1/openInterest?symbol=ETHUSD_PERP",
                {"symbol": "ETHUSD_PERP", "openInterest": "26542436", "time": 1677360272224},
            ),
        ),
        expected={
            # Contracts of 10 USD, of 100 USD for BTC: no price is in their value.
            "ETH/USD:ETH": Figures(None, 26542436 * 10.0),
        },
    ),
    Case(
        venue="binancecoinm", at="2023-02-25T23:50:06Z",
        source="ccxt pull/16976 demo output",
        markets=(listed("ETHUSD_PERP", "ETH/USD:ETH", 10),),
        answers=(
            Answer(
                "https://dapi.binance.com/dapi/v1/openInterest?symbol=ETHUSD_PERP",
                {"symbol": "ETHUSD_PERP", "openInterest": "26613524", "time": 1677369005515},
            ),
        ),
        expected={
            # Contracts of 10 USD, of 100 USD for BTC: no price is in their value.
            "ETH/USD:ETH": Figures(None, 26613524 * 10.0),
        },
    ),
)  # fmt: skip
