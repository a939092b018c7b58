"""Answers of mexc: fields and figures as they were published, and what they come to."""

from tests.markets import listed
from tests.recorded.replayed import Answer, Case, Figures

CASES = (
    Case(
        venue="mexc", at="2021-01-05T07:22:15Z",
        source="JKorf/Mexc.Net@92dc3013354b GetTickers.txt",
        markets=(listed("BTC_USDT", "BTC/USDT:USDT", 0.0001),),
        answers=(
            Answer(
                "https://api.mexc.com/api/v1/contract/ticker",
                {
                    "data": [
                        {
                            "symbol": "BTC_USDT", "holdVol": 55102960, "indexPrice": 31016.3,
                            "fairPrice": 31199.5, "timestamp": 1609831334016,
                        },
                    ],
                },
            ),
        ),
        expected={
            "BTC/USDT:USDT": Figures(55102960 * 0.0001, 55102960 * 0.0001 * 31199.5),
        },
    ),
    Case(
        venue="mexc", at="2021-10-13T22:08:06Z",
        source="ccxt 4.5.90, mexc.py:1992",
        markets=(listed("ETH_USDT", "ETH/USDT:USDT", 0.01),),
        answers=(
            Answer(
                "https://api.mexc.com/api/v1/contract/ticker",
                {
                    "data": [
                        {
                            "symbol": "ETH_USDT", "holdVol": 5832946, "indexPrice": 3580.7852,
                            "fairPrice": 3581.08, "timestamp": 1634162885016,
                        },
                    ],
                },
            ),
        ),
        expected={
            # Contracts of 0.01 ETH and 0.0001 BTC, at the fair price.
            "ETH/USDT:USDT": Figures(5832946 * 0.01, 5832946 * 0.01 * 3581.08),
        },
    ),
)  # fmt: skip
