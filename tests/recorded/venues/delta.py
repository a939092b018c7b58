"""Answers of delta: fields and figures as they were published, and what they come to."""

from tests.markets import listed
from tests.recorded.replayed import Answer, Case, Figures

CASES = (
    Case(
        venue="delta", at="2023-07-12T04:42:13Z",
        source=(
            "ccxt 4.5.90, delta.py:1306 (perpetual, 04:36) and ccxt 4.5.90, delta.py:1354 "
            "(option, 04:42)"
        ),
        markets=(
            listed("BTCUSDT", "BTC/USDT:USDT", 0.001),
            listed("C-BTC-30000-280723", "BTC/USDT:USDT-230728-30000-C", 0.001),
        ),
        answers=(
            Answer(
                "https://api.delta.exchange/v2/tickers",
                {
                    "result": [
                        {
                            "mark_price": "30600.10481568", "oi": "469.9190",
                            "oi_contracts": "469919", "spot_price": "30612.85362773",
                            "symbol": "BTCUSDT", "timestamp": 1689136597460456,
                        },
                        {
                            "oi": "2.7810", "oi_contracts": "2781",
                            "spot_price": "30598.43379314", "symbol": "C-BTC-30000-280723",
                            "timestamp": 1689136932893181,
                        },
                    ],
                },
            ),
        ),
        expected={
            # 469919 contracts x 0.001 = 469.919 BTC, the "oi" printed. At the mark; the
            # exchange's own 14385640.68 is at the spot price 30612.85, 0.04 % above.
            "BTC/USDT:USDT": Figures(469919 * 0.001, 469919 * 0.001 * 30600.10481568),
            # 2781 x 0.001 = 2.781 BTC at the spot price, not at the premium of 1347.75.
            "BTC/USDT:USDT-230728-30000-C": Figures(
                2781 * 0.001, 2781 * 0.001 * 30598.43379314, "option",
            ),
        },
    ),
    Case(
        venue="delta", at="2023-07-20T06:31:36Z",
        source="ccxt 4.5.90, delta.py:2912",
        markets=(listed("C-BTC-29500-280723", "BTC/USDT:USDT-230728-29500-C", 0.001),),
        answers=(
            Answer(
                "https://api.delta.exchange/v2/tickers/C-BTC-29500-280723",
                {
                    "result": {
                        "oi": "0.0910", "oi_contracts": "91", "spot_price": "30178.53195697",
                        "symbol": "C-BTC-29500-280723", "timestamp": 1689834695286094,
                    },
                },
            ),
        ),
        expected={
            "BTC/USDT:USDT-230728-29500-C": Figures(
                91 * 0.001, 91 * 0.001 * 30178.53195697, "option",
            ),
        },
    ),
)  # fmt: skip
