"""Answers of kucoinfutures: fields and figures as they were published, and what they come to."""

from tests.markets import listed
from tests.recorded.replayed import Answer, Case, Figures

CASES = (
    Case(
        venue="kucoinfutures", at="2021-02-08T14:09:00Z",
        source="JKorf/Kucoin.Net@04e948d11ac2 GetOpenContracts.txt",
        markets=(listed("XBTUSDTM", "BTC/USDT:USDT", 0.001, info={"multiplier": 0.001}),),
        answers=(
            Answer(
                "https://api-futures.kucoin.com/api/v1/contracts/active",
                {
                    "code": "200000",
                    "data": [
                        {
                            "symbol": "XBTUSDTM", "openInterest": "5191275",
                            "markPrice": 44514.03, "indexPrice": 44510.78,
                        },
                    ],
                },
            ),
        ),
        expected={
            "BTC/USDT:USDT": Figures(5191275 * 0.001, 5191275 * 0.001 * 44514.03),
        },
    ),
    Case(
        venue="kucoinfutures", at="2024-07-20T00:00:00Z",
        source=(
            "ccxt 4.5.90, kucoin.py:2790 (XBTUSDTM), ccxt 4.5.90, kucoin.py:1871 (ETHUSDTM, "
            "November 2021), JKorf/Kucoin.Net@04e948d11ac2 GetContract.txt (DASHUSDTM, "
            "February 2021)"
        ),
        markets=(
            listed("XBTUSDTM", "BTC/USDT:USDT", 0.001, info={"multiplier": 0.001}),
            listed("ETHUSDTM", "ETH/USDT:USDT", 0.01, info={"multiplier": 0.01}),
            listed("DASHUSDTM", "DASH/USDT:USDT", 0.01, info={"multiplier": 0.01}),
        ),
        answers=(
            Answer(
                "https://api-futures.kucoin.com/api/v1/contracts/active",
                {
                    "code": "200000",
                    "data": [
                        {
                            "symbol": "XBTUSDTM", "openInterest": "8033200",
                            "markPrice": 67193.51, "indexPrice": 67184.81,
                        },
                        {
                            "symbol": "ETHUSDTM", "openInterest": "8724443",
                            "markPrice": 4534.07, "indexPrice": 4531.92,
                        },
                        {
                            "symbol": "DASHUSDTM", "openInterest": "2487402",
                            "markPrice": 101.6, "indexPrice": 101.59,
                        },
                    ],
                },
            ),
        ),
        expected={
            # Lots of 0.001 BTC, 0.01 ETH and 0.01 DASH.
            "BTC/USDT:USDT": Figures(8033200 * 0.001, 8033200 * 0.001 * 67193.51),
            "ETH/USDT:USDT": Figures(8724443 * 0.01, 8724443 * 0.01 * 4534.07),
            "DASH/USDT:USDT": Figures(2487402 * 0.01, 2487402 * 0.01 * 101.6),
        },
    ),
    Case(
        venue="kucoinfutures", at="2026-03-20T11:51:08Z",
        source="ccxt 4.5.90, kucoin.py:10935",
        markets=(listed("ETHUSDTM", "ETH/USDT:USDT", 0.01, info={"multiplier": 0.01}),),
        answers=(
            Answer(
                "https://api.kucoin.com/api/ua/v1/market/open-interest",
                {
                    "code": "200000",
                    "data": [{"symbol": "ETHUSDTM", "openInterest": "8053960", "ts": 1774007467050}],
                },
            ),
        ),
        expected={
            "ETH/USDT:USDT": Figures(8053960 * 0.01, None),
        },
    ),
)  # fmt: skip
