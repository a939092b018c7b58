"""Answers of dydx: fields and figures as they were published, and what they come to."""

from tests.markets import listed
from tests.recorded.replayed import Answer, Case, Figures

CASES = (
    Case(
        venue="dydx", at="2025-07-23T00:00:00Z",
        source="ccxt 4.5.90, dydx.py:603",
        markets=(listed("BTC-USD", "BTC/USDC:USDC"),),
        answers=(
            Answer(
                "https://indexer.dydx.trade/v4/perpetualMarkets",
                {
                    "markets": {"BTC-USD": {"oraclePrice": "118976.5376", "openInterest": "52.0691"}},
                },
            ),
        ),
        expected={
            # Coins, at the oracle price, which is the mark.
            "BTC/USDC:USDC": Figures(52.0691, 52.0691 * 118976.5376),
        },
    ),
)  # fmt: skip
