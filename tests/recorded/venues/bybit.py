"""Answers of bybit: fields and figures as they were published, and what they come to."""

from tests.markets import listed
from tests.recorded.replayed import BOTH_SIDES, Answer, Case, Figures

CASES = (
    Case(
        venue="bybit", at="2022-09-20T10:34:14Z",
        source="ccxt 4.5.90, bybit.py:2939",
        markets=(listed("BTCUSDT", "BTC/USDT:USDT"),),
        answers=(
            Answer(
                "https://api.bybit.com/v5/market/tickers?category=linear",
                {
                    "retCode": 0,
                    "result": {
                        "list": [
                            {
                                "symbol": "BTCUSDT", "markPrice": "19255.00",
                                "indexPrice": "19260.68", "openInterest": "48069.549",
                            },
                        ],
                    },
                    "time": 1663670053454,
                },
            ),
        ),
        expected={
            # Linear: coins of both sides. 48069.549 / 2 = 24034.7745; x 19255 = 462789582.9975.
            "BTC/USDT:USDT": Figures(48069.549 * BOTH_SIDES, 48069.549 * BOTH_SIDES * 19255.00),
        },
    ),
    Case(
        venue="bybit", at="2022-12-30T05:03:13Z",
        source=(
            "JKorf/Bybit.Net@d84528f2394b GetLinearInverseTickers.txt; "
            "JKorf/Bybit.Net@d84528f2394b GetOptionTickers.txt"
        ),
        markets=(
            listed("BTCUSD", "BTC/USD:BTC"),
            listed("BTC-30DEC22-18000-C", "BTC/USDC:USDC-221230-18000-C", info={"baseCoin": "BTC"}),
        ),
        answers=(
            Answer(
                "https://api.bybit.com/v5/market/tickers?category=inverse",
                {
                    "retCode": 0,
                    "result": {
                        "list": [
                            {
                                "symbol": "BTCUSD", "indexPrice": "16598.54",
                                "markPrice": "16596.00", "openInterest": "373504107",
                                "openInterestValue": "22505.67",
                            },
                        ],
                    },
                    "time": 1672376496682,
                },
            ),
            Answer(
                "https://api.bybit.com/v5/market/tickers?category=option&baseCoin=BTC",
                {
                    "retCode": 0,
                    "result": {
                        "list": [
                            {
                                "symbol": "BTC-30DEC22-18000-C", "underlyingPrice": "16590.42",
                                "indexPrice": "16600.55", "openInterest": "6.3",
                            },
                        ],
                    },
                    "time": 1672376592395,
                },
            ),
        ),
        expected={
            # Inverse: USD of both sides. 373504107 / 2 = 186752053.5; / 16596 = 11252.8352 BTC,
            # half of the 22505.67 that the exchange prints as its value.
            "BTC/USD:BTC": Figures(373504107 * BOTH_SIDES / 16596.00, 373504107 * BOTH_SIDES),
            # Option: coins, one side (nothing says otherwise), valued at the index, not the
            # forward or the premium.
            "BTC/USDC:USDC-221230-18000-C": Figures(6.3, 6.3 * 16600.55, "option"),
        },
    ),
    Case(
        venue="bybit", at="2025-10-13T10:46:10Z",
        source="documentation, bybit-exchange/docs@072c197d0c11:docs/v5/market/tickers.mdx",
        markets=(listed("BTCUSD", "BTC/USD:BTC"),),
        answers=(
            Answer(
                "https://api.bybit.com/v5/market/tickers?category=inverse",
                {
                    "retCode": 0,
                    "result": {
                        "list": [
                            {
                                "symbol": "BTCUSD", "indexPrice": "114890.92",
                                "markPrice": "114898.43", "openInterest": "240113967",
                                "openInterestValue": "2089.79",
                            },
                        ],
                    },
                    "time": 1760352369814,
                },
            ),
        ),
        expected={
            "BTC/USD:BTC": Figures(240113967 * BOTH_SIDES / 114898.43, 240113967 * BOTH_SIDES),
        },
    ),
)  # fmt: skip
