"""Answers of binance: fields and figures as they were published, and what they come to."""

from tests.markets import listed
from tests.recorded.replayed import Answer, Case, Figures

CASES = (
    Case(
        venue="binance", at="2023-02-25T06:01:00Z",
        source="ccxt 4.5.90, binance.py:13500",
        markets=(listed("ETH-230225-1625-C", "ETH/USDT:USDT-230225-1625-C"),),
        answers=(
            Answer(
                "https://eapi.binance.com/eapi/v1/openInterest?underlyingAsset=ETH&expiration=230225",
                [
                    {
                        "symbol": "ETH-230225-1625-C", "sumOpenInterest": "460.50",
                        "sumOpenInterestUsd": "734957.4358092150",
                    },
                ],
            ),
        ),
        expected={
            # sumOpenInterest is ETH; USD is the exchange's own (734957.44 / 460.5 = 1596.0, ETH
            # that day).
            "ETH/USDT:USDT-230225-1625-C": Figures(460.50, 734957.4358092150, "option"),
        },
    ),
)  # fmt: skip
