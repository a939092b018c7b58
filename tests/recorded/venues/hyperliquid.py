"""Answers of hyperliquid: fields and figures as they were published, and what they come to."""

from tests.markets import listed
from tests.recorded.replayed import BOTH_SIDES, Answer, Case, Figures

CASES = (
    Case(
        venue="hyperliquid", at="2024-12-17T00:00:00Z",
        source=(
            "ccxt pull/24577 demo output (BTC) and ccxt 4.5.90, hyperliquid.py:4621 (HYPE)"
        ),
        markets=(
            listed("0", "BTC/USDC:USDC", baseId="0"),
            listed("1", "HYPE/USDC:USDC", baseId="1"),
        ),
        answers=(
            Answer(
                "https://api.hyperliquid.xyz/info",
                [
                    {"universe": [{}, {}]},
                    [
                        {
                            "openInterest": "9942.2624", "oraclePx": "106956.0",
                            "markPx": "107043.0",
                        },
                        {"openInterest": "14677900.74", "oraclePx": "27.569", "markPx": "27.63"},
                    ],
                ],
                request={"type": "metaAndAssetCtxs"},
            ),
        ),
        expected={
            # Coins, longs and shorts added up, at the mark. Both are an even number of lots.
            "BTC/USDC:USDC": Figures(9942.2624 * BOTH_SIDES, 9942.2624 * BOTH_SIDES * 107043.0),
            "HYPE/USDC:USDC": Figures(
                14677900.74 * BOTH_SIDES, 14677900.74 * BOTH_SIDES * 27.63,
            ),
        },
    ),
)  # fmt: skip
