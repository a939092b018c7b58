"""Answers of woofipro: fields and figures as they were published, and what they come to."""

from tests.markets import listed
from tests.recorded.replayed import Answer, Case, Figures

CASES = (
    Case(
        venue="woofipro", at="2026-08-06T13:15:31Z",
        source="ccxt 4.5.90, woofipro.py:1157",
        markets=(listed("PERP_BTC_USDC", "BTC/USDC:USDC"),),
        answers=(
            Answer(
                "https://api-evm.orderly.org/v1/public/futures",
                {
                    "success": True, "timestamp": 1786022130191,
                    "data": {
                        "rows": [
                            {
                                "symbol": "PERP_BTC_USDC", "index_price": 64185.4,
                                "mark_price": 64171.0, "open_interest": 110.64612,
                            },
                        ],
                    },
                },
            ),
        ),
        expected={
            # Coins, at the mark.
            "BTC/USDC:USDC": Figures(110.64612, 110.64612 * 64171.0),
        },
    ),
)  # fmt: skip
