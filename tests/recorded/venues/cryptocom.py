"""Answers of cryptocom: fields and figures as they were published, and what they come to."""

from tests.markets import listed
from tests.recorded.replayed import Answer, Case, Figures

CASES = (
    Case(
        venue="cryptocom", at="2023-06-22T02:57:38Z",
        source="ccxt 4.5.90, cryptocom.py:910",
        markets=(listed("AVAXUSD-PERP", "AVAX/USD:USD"),),
        answers=(
            Answer(
                "https://api.crypto.com/exchange/v1/public/get-tickers",
                {
                    "code": 0,
                    "result": {
                        "data": [
                            {
                                "i": "AVAXUSD-PERP", "a": "13.209", "oi": "10888.9",
                                "t": 1687402657575,
                            },
                        ],
                    },
                },
            ),
        ),
        expected={
            # Coins, valued at the last trade "a": the answer has no mark price.
            "AVAX/USD:USD": Figures(10888.9, 10888.9 * 13.209),
        },
    ),
)  # fmt: skip
