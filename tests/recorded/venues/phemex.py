"""Answers of phemex: fields and figures as they were published, and what they come to."""

from tests.markets import listed
from tests.recorded.replayed import Answer, Case, Figures

CASES = (
    Case(
        venue="phemex", at="2020-03-08T05:47:23Z",
        source=(
            "documentation, phemex/phemex-api-docs@2f54a9281e9f:Public-Contract-API-en.md"
        ),
        markets=(listed("BTCUSD", "BTC/USD:BTC", info={"priceScale": 4}),),
        answers=(
            Answer(
                "https://api.phemex.com/v1/md/ticker/24hr?symbol=BTCUSD",
                {
                    "result": {
                        "indexPrice": 87450676, "markPrice": 87453092, "openInterest": 7821141,
                        "symbol": "BTCUSD", "timestamp": 1583646442444219017,
                    },
                },
            ),
        ),
        expected={
            # Contracts of 1 USD; markPrice 87453092 with four decimals = 8745.3092.
            "BTC/USD:BTC": Figures(7821141 / 8745.3092, 7821141),
        },
    ),
    Case(
        venue="phemex", at="2020-06-18T09:57:22Z",
        source="ccxt 4.5.90, phemex.py:1472",
        markets=(listed("ETHUSD", "ETH/USD:USD", 0.005, info={"priceScale": 4}),),
        answers=(
            Answer(
                "https://api.phemex.com/v1/md/ticker/24hr/all",
                {
                    "result": [
                        {
                            "indexEp": 2329057, "markEp": 2329232, "openInterest": 1298050,
                            "symbol": "ETHUSD", "timestamp": 1592474241582701416,
                        },
                    ],
                },
            ),
        ),
        expected={
            # 1298050 contracts of 0.005 ETH = 6490.25 ETH; markEp 2329232 with four decimals =
            # 232.9232.
            "ETH/USD:USD": Figures(1298050 * 0.005, 1298050 * 0.005 * 232.9232),
        },
    ),
    Case(
        venue="phemex", at="2022-12-27T12:06:30Z",
        source="ccxt 4.5.90, phemex.py:1491",
        markets=(listed("BTCUSDT", "BTC/USDT:USDT"),),
        answers=(
            Answer(
                "https://api.phemex.com/md/v2/ticker/24hr/all",
                {
                    "result": [
                        {
                            "indexPriceRp": "16830.15651565", "markPriceRp": "16830.97534951",
                            "openInterestRv": "1323.596", "symbol": "BTCUSDT",
                            "timestamp": "1672142789065593096",
                        },
                    ],
                },
            ),
        ),
        expected={
            "BTC/USDT:USDT": Figures(1323.596, 1323.596 * 16830.97534951),
        },
    ),
    Case(
        venue="phemex", at="2024-10-16T21:31:56Z",
        source="ccxt 4.5.90, phemex.py:4931",
        markets=(listed("BTCUSDT", "BTC/USDT:USDT"),),
        answers=(
            Answer(
                "https://api.phemex.com/md/v2/ticker/24hr/all",
                {
                    "result": [
                        {
                            "indexPriceRp": "67567.15389794", "markPriceRp": "67550.1",
                            "openInterestRv": "1848.1144186", "symbol": "BTCUSDT",
                            "timestamp": 1729114315443343001,
                        },
                    ],
                },
            ),
        ),
        expected={
            # Coins in spite of "Rv".
            "BTC/USDT:USDT": Figures(1848.1144186, 1848.1144186 * 67550.1),
        },
    ),
    Case(
        venue="phemex", at="2024-10-16T21:42:02Z",
        source="ccxt pull/24009 demo output",
        markets=(listed("BTCUSDT", "BTC/USDT:USDT"),),
        answers=(
            Answer(
                "https://api.phemex.com/md/v2/ticker/24hr/all",
                {
                    "result": [
                        {
                            "indexPriceRp": "67584.1566739", "markPriceRp": "67565.4",
                            "openInterestRv": "1803.5677119", "symbol": "BTCUSDT",
                            "timestamp": 1729114921911716164,
                        },
                    ],
                },
            ),
        ),
        expected={
            "BTC/USDT:USDT": Figures(1803.5677119, 1803.5677119 * 67565.4),
        },
    ),
)  # fmt: skip
