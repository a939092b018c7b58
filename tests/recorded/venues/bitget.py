"""Answers of bitget: fields and figures as they were published, and what they come to."""

from tests.markets import listed
from tests.recorded.replayed import Answer, Case, Figures

CASES = (
    Case(
        venue="bitget", at="2023-11-24T22:47:22Z",
        source="ccxt 4.5.90, bitget.py:9793",
        markets=(listed("BTCUSDT", "BTC/USDT:USDT"),),
        answers=(
            Answer(
                "https://api.bitget.com/api/v2/mix/market/open-interest?symbol=BTCUSDT&productType=USDT-FUTURES",
                {
                    "data": {
                        "openInterestList": [{"symbol": "BTCUSDT", "size": "52234.134"}],
                        "ts": "1700866041023",
                    },
                },
            ),
        ),
        expected={
            "BTC/USDT:USDT": Figures(52234.134, None),
        },
    ),
    Case(
        venue="bitget", at="2025-06-19T11:23:31Z",
        source="ccxt 4.5.90, bitget.py:3751",
        markets=(listed("BTCUSDT", "BTC/USDT:USDT"),),
        answers=(
            Answer(
                "https://api.bitget.com/api/v2/mix/market/tickers?productType=USDT-FUTURES",
                {
                    "data": [
                        {
                            "symbol": "BTCUSDT", "ts": "1750332210370",
                            "indexPrice": "104881.953125", "holdingAmount": "7452.6421",
                            "markPrice": "104824.2",
                        },
                    ],
                },
            ),
        ),
        expected={
            # holdingAmount, size and openInterest are coins.
            "BTC/USDT:USDT": Figures(7452.6421, 7452.6421 * 104824.2),
        },
    ),
    Case(
        venue="bitget", at="2025-06-19T11:32:12Z",
        source="ccxt 4.5.90, bitget.py:3812",
        markets=(listed("BTCUSDT", "BTC/USDT:USDT"),),
        answers=(
            Answer(
                "https://api.bitget.com/api/v3/market/tickers?category=USDT-FUTURES",
                {
                    "data": [
                        {
                            "symbol": "BTCUSDT", "ts": "1750332730472",
                            "indexPrice": "104785.956168", "markPrice": "104738",
                            "openInterest": "7465.5938",
                        },
                    ],
                },
            ),
        ),
        expected={
            "BTC/USDT:USDT": Figures(7465.5938, 7465.5938 * 104738),
        },
    ),
    Case(
        venue="bitget", at="2025-06-28T09:00:22Z",
        source="ccxt 4.5.90, bitget.py:9774",
        markets=(listed("BTCUSDT", "BTC/USDT:USDT"),),
        answers=(
            Answer(
                "https://api.bitget.com/api/v3/market/open-interest?symbol=BTCUSDT&category=USDT-FUTURES",
                {
                    "data": {
                        "list": [{"symbol": "BTCUSDT", "openInterest": "18166.3583"}],
                        "ts": "1751101220993",
                    },
                },
            ),
        ),
        expected={
            "BTC/USDT:USDT": Figures(18166.3583, None),
        },
    ),
    Case(
        venue="bitget", at="2025-12-11T09:11:23Z",
        source="JKorf/Bitget.Net@ed0db8fee507 GetFuturesTickers.txt",
        markets=(listed("BTCUSDT", "BTC/USDT:USDT"),),
        answers=(
            Answer(
                "https://api.bitget.com/api/v3/market/tickers?category=USDT-FUTURES",
                {
                    "data": [
                        {
                            "symbol": "BTCUSDT", "ts": "1765444282230",
                            "indexPrice": "90247.5410266912815894", "markPrice": "90216.4",
                            "openInterest": "27606.0718",
                        },
                    ],
                },
            ),
        ),
        expected={
            "BTC/USDT:USDT": Figures(27606.0718, 27606.0718 * 90216.4),
        },
    ),
)  # fmt: skip
