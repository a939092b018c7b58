"""Answers of bingx: fields and figures as they were published, and what they come to."""

from tests.markets import listed
from tests.recorded.replayed import Answer, Case, Figures

CASES = (
    Case(
        venue="bingx", at="2022-12-26T03:50:18Z",
        source="ccxt 4.5.90, bingx.py:1985; ccxt 4.5.90, bingx.py:1720",
        markets=(listed("BTC-USDT", "BTC/USDT:USDT"),),
        answers=(
            Answer(
                "https://open-api.bingx.com/openApi/swap/v2/quote/openInterest?symbol=BTC-USDT",
                {
                    "data": {
                        "openInterest": "3289641547.10", "symbol": "BTC-USDT",
                        "time": 1672026617364,
                    },
                },
            ),
            Answer(
                "https://open-api.bingx.com/openApi/swap/v2/quote/premiumIndex",
                {
                    "data": [{"symbol": "BTC-USDT", "markPrice": "16884.5", "indexPrice": "16886.9"}],
                },
            ),
        ),
        expected={
            # The figure is USDT; coins by the mark of the same second: 3289641547.10 / 16884.5.
            "BTC/USDT:USDT": Figures(3289641547.10 / 16884.5, 3289641547.10),
        },
    ),
    Case(
        venue="bingx", at="2023-12-16T09:41:33Z",
        source="JKorf/BingX.Net@8c28b99403d9 GetOpenInterest.txt",
        markets=(listed("EOS-USDT", "EOS/USDT:USDT"),),
        answers=(
            Answer(
                "https://open-api.bingx.com/openApi/swap/v2/quote/openInterest?symbol=EOS-USDT",
                {
                    "data": {"openInterest": "7409966.52", "symbol": "EOS-USDT", "time": 1702719692859},
                },
            ),
        ),
        expected={
            # The exchange prints USDT.
            "EOS/USDT:USDT": Figures(None, 7409966.52),
        },
    ),
    Case(
        venue="bingx", at="2024-07-07T04:57:28Z",
        source="ccxt 4.5.90, bingx.py:1997",
        markets=(listed("BTC-USD", "BTC/USD:BTC", 100),),
        answers=(
            Answer(
                "https://open-api.bingx.com/openApi/cswap/v1/market/openInterest?symbol=BTC-USD",
                {
                    "data": [
                        {
                            "symbol": "BTC-USD", "openInterest": "749.1160",
                            "timestamp": 1720310400000,
                        },
                    ],
                },
            ),
        ),
        expected={
            # Coin-margined: coins.
            "BTC/USD:BTC": Figures(749.1160, None),
        },
    ),
)  # fmt: skip
