"""Answers of htx: fields and figures as they were published, and what they come to."""

from tests.markets import listed
from tests.recorded.replayed import BOTH_SIDES, Answer, Case, Figures

CASES = (
    Case(
        venue="htx", at="2021-12-06T01:27:40Z",
        source="JKorf/HTX.Net@3300a72a69d7 GetSwapOpenInterest.txt",
        markets=(
            listed("BTC-USDT", "BTC/USDT:USDT", 0.001),
            listed("BTC-USDT-211210", "BTC/USDT:USDT-211210", 0.001),
            listed("BTC-USDT-211217", "BTC/USDT:USDT-211217", 0.001),
            listed("BTC-USDT-211231", "BTC/USDT:USDT-211231", 0.001),
        ),
        answers=(
            Answer(
                "https://api.hbdm.vn/linear-swap-api/v1/swap_open_interest",
                {
                    "data": [
                        {"amount": 78.696, "value": 3823138.2456, "contract_code": "BTC-USDT"},
                        {
                            "amount": 10.925, "value": 530662.21,
                            "contract_code": "BTC-USDT-211217",
                        },
                        {
                            "amount": 27.104, "value": 1316937.2832,
                            "contract_code": "BTC-USDT-211210",
                        },
                        {
                            "amount": 201.143, "value": 9775067.0568,
                            "contract_code": "BTC-USDT-211231",
                        },
                    ],
                    "ts": 1638754059540,
                },
            ),
        ),
        expected={
            # Both sides everywhere. amount / 2 is coins (= volume x 0.001 / 2), value / 2 is
            # USDT.
            "BTC/USDT:USDT": Figures(78.696 * BOTH_SIDES, 3823138.2456 * BOTH_SIDES),
            "BTC/USDT:USDT-211210": Figures(
                27.104 * BOTH_SIDES, 1316937.2832 * BOTH_SIDES, "future",
            ),
            "BTC/USDT:USDT-211217": Figures(
                10.925 * BOTH_SIDES, 530662.21 * BOTH_SIDES, "future",
            ),
            "BTC/USDT:USDT-211231": Figures(
                201.143 * BOTH_SIDES, 9775067.0568 * BOTH_SIDES, "future",
            ),
        },
    ),
    Case(
        venue="htx", at="2022-09-28T04:00:00Z",
        source="ccxt pull/15125 demo output",
        markets=(
            listed("BTC-USD", "BTC/USD:BTC", 100),
            listed("BTC220930", "BTC/USD:BTC-220930", 100),
        ),
        answers=(
            Answer(
                "https://api.hbdm.vn/swap-api/v1/swap_open_interest",
                {
                    "data": [
                        {
                            "volume": 517437.0, "amount": 2764.8841011830336,
                            "contract_code": "BTC-USD",
                        },
                    ],
                },
            ),
            Answer(
                "https://api.hbdm.vn/api/v1/contract_open_interest",
                {
                    "data": [
                        {
                            "volume": 118805.0, "amount": 635.2478191010124,
                            "contract_code": "BTC220930",
                        },
                    ],
                },
            ),
        ),
        expected={
            "BTC/USD:BTC": Figures(
                2764.884101183033567375 * BOTH_SIDES, 517437 * 100 * BOTH_SIDES,
            ),
            "BTC/USD:BTC-220930": Figures(
                635.247819101012450440 * BOTH_SIDES, 118805 * 100 * BOTH_SIDES, "future",
            ),
        },
    ),
    Case(
        venue="htx", at="2022-09-28T04:05:29Z",
        source="ccxt 4.5.90, htx.py:8243; ccxt 4.5.90, htx.py:8223",
        markets=(
            listed("BTC-USD", "BTC/USD:BTC", 100),
            listed("BTC220930", "BTC/USD:BTC-220930", 100),
        ),
        answers=(
            Answer(
                "https://api.hbdm.vn/swap-api/v1/swap_open_interest",
                {
                    "data": [
                        {
                            "volume": 518018.0, "amount": 2769.6757774070747,
                            "contract_code": "BTC-USD",
                        },
                    ],
                    "ts": 1664337226028,
                },
            ),
            Answer(
                "https://api.hbdm.vn/api/v1/contract_open_interest",
                {
                    "data": [
                        {
                            "volume": 118850.0, "amount": 635.5020252115444,
                            "contract_code": "BTC220930",
                        },
                    ],
                    "ts": 1664337928805,
                },
            ),
        ),
        expected={
            # Coin-margined: contracts of 100 USD, so 518018 x 100 / 2 = 25900900 USD needs no
            # price.
            "BTC/USD:BTC": Figures(
                2769.675777407074725180 * BOTH_SIDES, 518018 * 100 * BOTH_SIDES,
            ),
            "BTC/USD:BTC-220930": Figures(
                635.502025211544374189 * BOTH_SIDES, 118850 * 100 * BOTH_SIDES, "future",
            ),
        },
    ),
    Case(
        venue="htx", at="2026-06-13T05:19:02Z",
        source="ccxt 4.5.90, htx.py:8301, v5 endpoint",
        markets=(listed("BTC-USDT", "BTC/USDT:USDT", 0.001),),
        answers=(
            Answer(
                "https://api.hbdm.vn/v5/market/open_interest?contract_code=BTC-USDT",
                {
                    "data": {
                        "amount": "32476.092", "value": "2063137924.9668",
                        "contract_code": "BTC-USDT",
                    },
                    "ts": 1781327941440,
                },
            ),
        ),
        expected={
            "BTC/USDT:USDT": Figures(32476.092 * BOTH_SIDES, 2063137924.9668 * BOTH_SIDES),
        },
    ),
)  # fmt: skip
