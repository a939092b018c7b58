"""Answers of paradex: fields and figures as they were published, and what they come to."""

from tests.markets import listed
from tests.recorded.replayed import Answer, Case, Figures

CASES = (
    Case(
        venue="paradex", at="2024-06-12T05:29:17Z",
        source="ccxt 4.5.90, paradex.py:919",
        markets=(listed("BTC-USD-PERP", "BTC/USD:USDC"),),
        answers=(
            Answer(
                "https://api.prod.paradex.trade/v1/markets/summary?market=ALL",
                {
                    "results": [
                        {
                            "symbol": "BTC-USD-PERP", "mark_price": "68465.17449906",
                            "underlying_price": "67367.37268422", "open_interest": "162.272",
                        },
                    ],
                },
            ),
        ),
        expected={
            # Coins, at the mark.
            "BTC/USD:USDC": Figures(162.272, 162.272 * 68465.17449906),
        },
    ),
)  # fmt: skip
