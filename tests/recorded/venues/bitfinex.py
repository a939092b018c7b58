"""Answers of bitfinex: fields and figures as they were published, and what they come to."""

from tests.markets import listed
from tests.recorded.replayed import Answer, Case, Figures

CASES = (
    Case(
        venue="bitfinex", at="2023-08-04T16:04:19Z",
        source="ccxt 4.5.90, bitfinex.py:3119",
        markets=(listed("tBTCF0:USTF0", "BTC/USDT:USDT"),),
        answers=(
            Answer(
                "https://api-pub.bitfinex.com/v2/status/deriv?keys=ALL",
                [
                    [
                        "tBTCF0:USTF0", 1691165059000, None, 29297.851276225, 29277.5, None,
                        36950860.76010306, None, 1691193600000, 5.27e-06, 82, None, 0.00014548,
                        None, None, 29278.8925, None, None, 9636.07644994, None, None, None,
                        0.0005, 0.0025,
                    ],
                ],
            ),
        ),
        expected={
            "BTC/USDT:USDT": Figures(9636.07644994, 9636.07644994 * 29278.8925),
        },
    ),
    Case(
        venue="bitfinex", at="2024-01-26T08:16:26Z",
        source="ccxt 4.5.90, bitfinex.py:3335",
        markets=(listed("tXRPF0:USTF0", "XRP/USDT:USDT"),),
        answers=(
            Answer(
                "https://api-pub.bitfinex.com/v2/status/deriv?keys=ALL",
                [
                    [
                        "tXRPF0:USTF0", 1706256986000, None, 0.512705, 0.512395, None,
                        37671483.04, None, 1706284800000, 2.353e-05, 317, None, 0, None, None,
                        0.5123016, None, None, 2233562.03115, None, None, None, 0.0005, 0.0025,
                    ],
                ],
            ),
        ),
        expected={
            # Element 18 is coins, element 15 the mark.
            "XRP/USDT:USDT": Figures(2233562.03115, 2233562.03115 * 0.5123016),
        },
    ),
    Case(
        venue="bitfinex", at="2024-01-26T08:34:17Z",
        source="ccxt pull/20972 demo output",
        markets=(listed("tXRPF0:USTF0", "XRP/USDT:USDT"),),
        answers=(
            Answer(
                "https://api-pub.bitfinex.com/v2/status/deriv?keys=ALL",
                [
                    [
                        "tXRPF0:USTF0", 1706258057000, None, 0.51167, 0.51143, None,
                        37671483.04235604, None, 1706284800000, 3.589e-05, 662, None, 0, None,
                        None, 0.5114744, None, None, 2232084.04237987, None, None, None, 0.0005,
                        0.0025,
                    ],
                ],
            ),
        ),
        expected={
            "XRP/USDT:USDT": Figures(2232084.04237987, 2232084.04237987 * 0.5114744),
        },
    ),
)  # fmt: skip
