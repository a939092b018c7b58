"""Answers of binanceusdm: fields and figures as they were published, and what they come to."""

from tests.markets import listed
from tests.recorded.replayed import Answer, Case, Figures

CASES = (
    Case(
        venue="binanceusdm", at="2020-05-14T06:25:31Z",
        source=(
            "JKorf/Binance.Net@8b14feb072ab GetOpenInterest.txt; ccxt 4.5.90, binance.py:4373"
        ),
        markets=(listed("BTCUSDT", "BTC/USDT:USDT"),),
        answers=(
            Answer(
                "https://fapi.binance.com/fapi/v1/openInterest?symbol=BTCUSDT",
                {"openInterest": "10659.509", "symbol": "BTCUSDT", "time": 1589437530011},
            ),
            Answer(
                "https://fapi.binance.com/fapi/v1/premiumIndex",
                [{"symbol": "BTCUSDT", "time": 1597370495002, "markPrice": "11793.63104565"}],
            ),
        ),
        expected={
            # Coins. The premiumIndex in the file is three months younger and must not be used.
            "BTC/USDT:USDT": Figures(10659.509, None),
        },
    ),
    Case(
        venue="binanceusdm", at="2023-02-25T20:27:53Z",
        source="ccxt 4.5.90, binance.py:13482",
        markets=(listed("ETHUSDT_230331", "ETH/USDT:USDT-230331"),),
        answers=(
            Answer(
                "https://fapi.binance.com/fapi/v1/openInterest?symbol=ETHUSDT_230331",
                {"symbol": "ETHUSDT_230331", "openInterest": "23581.677", "time": 1677356872265},
            ),
        ),
        expected={
            "ETH/USDT:USDT-230331": Figures(23581.677, None, "future"),
        },
    ),
    Case(
        venue="binanceusdm", at="2023-02-25T23:49:12Z",
        source="ccxt pull/16976 demo output",
        markets=(listed("ETHUSDT_230331", "ETH/USDT:USDT-230331"),),
        answers=(
            Answer(
                "https://fapi.binance.com/fapi/v1/openInterest?symbol=ETHUSDT_230331",
                {"symbol": "ETHUSDT_230331", "openInterest": "23522.240", "time": 1677368951685},
            ),
        ),
        expected={
            "ETH/USDT:USDT-230331": Figures(23522.240, None, "future"),
        },
    ),
)  # fmt: skip
