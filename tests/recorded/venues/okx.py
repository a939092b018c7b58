"""Answers of okx: fields and figures as they were published, and what they come to."""

from tests.markets import listed
from tests.recorded.replayed import Answer, Case, Figures

CASES = (
    Case(
        venue="okx", at="2022-09-24T07:38:29Z",
        source="ccxt 4.5.90, okx.py:7675",
        markets=(listed("BTC-USDT-SWAP", "BTC/USDT:USDT", 0.01),),
        answers=(
            Answer(
                "https://www.okx.com/api/v5/public/open-interest?instType=SWAP",
                {
                    "code": "0",
                    "data": [
                        {
                            "instId": "BTC-USDT-SWAP", "oi": "2125419", "oiCcy": "21254.19",
                            "ts": "1664005108969",
                        },
                    ],
                },
            ),
        ),
        expected={
            "BTC/USDT:USDT": Figures(2125419 * 0.01, None),
        },
    ),
    Case(
        venue="okx", at="2022-09-24T07:47:01Z",
        source="ccxt pull/15099 demo output",
        markets=(listed("BTC-USDT-SWAP", "BTC/USDT:USDT", 0.01),),
        answers=(
            Answer(
                "https://www.okx.com/api/v5/public/open-interest?instType=SWAP",
                {
                    "code": "0",
                    "data": [
                        {
                            "instId": "BTC-USDT-SWAP", "oi": "2136738", "oiCcy": "21367.38",
                            "ts": "1664005620715",
                        },
                    ],
                },
            ),
        ),
        expected={
            "BTC/USDT:USDT": Figures(2136738 * 0.01, None),
        },
    ),
    Case(
        venue="okx", at="2023-05-20T02:52:47Z",
        source="ccxt 4.5.90, okx.py:7901",
        markets=(
            listed("BTC-USD-230520-25500-P", "BTC/USD:BTC-230520-25500-P", info={"instFamily": "BTC-USD"}),
        ),
        answers=(
            Answer(
                "https://www.okx.com/api/v5/public/open-interest?instType=OPTION&instFamily=BTC-USD",
                {
                    "code": "0",
                    "data": [
                        {
                            "instId": "BTC-USD-230520-25500-P", "oi": "300", "oiCcy": "3",
                            "ts": "1684551166251", "oiUsd": "3",
                        },
                    ],
                },
            ),
        ),
        expected={
            # Option: 300 contracts x ctVal 1 x ctMult 0.01 = 3 BTC. The "oiUsd" of 3 is no USD
            # value of 3 BTC, and no index came with it.
            "BTC/USD:BTC-230520-25500-P": Figures(300 * 1 * 0.01, None, "option"),
        },
    ),
    Case(
        venue="okx", at="2024-10-12T05:07:27Z",
        source="ccxt issues/23969 issue text",
        markets=(listed("NEIRO-USDT-SWAP", "NEIRO/USDT:USDT", 1000),),
        answers=(
            Answer(
                "https://www.okx.com/api/v5/public/open-interest?instType=SWAP",
                {
                    "code": "0",
                    "data": [
                        {
                            "instId": "NEIRO-USDT-SWAP", "oi": "14546007",
                            "oiUsd": "30921319.84032", "ts": "1728709646117",
                        },
                    ],
                },
            ),
        ),
        expected={
            # 14546007 contracts of 1000 coins; USD 30.9 million, not 14.5 billion.
            "NEIRO/USDT:USDT": Figures(14546007 * 1000, 30921319.84032),
        },
    ),
    Case(
        venue="okx", at="2026-01-20T06:16:13Z",
        source=(
            "third-party CSV snapshot of 2026-01-20, benchflow/artifacts "
            "data/open_interest.csv on Hugging Face"
        ),
        markets=(
            listed("BTC-USDT-SWAP", "BTC/USDT:USDT", 0.01),
            listed("ETH-USDT-SWAP", "ETH/USDT:USDT", 0.1),
            listed("SOL-USDT-SWAP", "SOL/USDT:USDT"),
        ),
        answers=(
            Answer(
                "https://www.okx.com/api/v5/public/open-interest?instType=SWAP",
                {
                    "code": "0",
                    "data": [
                        {
                            "instId": "BTC-USDT-SWAP", "oi": "2660239.59000001773",
                            "oiUsd": "2433776053.94290622066283", "ts": "1768889635328",
                        },
                        {
                            "instId": "ETH-USDT-SWAP", "oi": "5932935.53000001767",
                            "oiUsd": "1877845290.47136559276704", "ts": "1768889635603",
                        },
                        {
                            "instId": "SOL-USDT-SWAP", "oi": "3140536.76000000302",
                            "oiUsd": "415744256.2888003997876", "ts": "1768889772428",
                        },
                    ],
                },
            ),
        ),
        expected={
            # Contracts x ctVal = oiCcy; no price, so USD is the exchange's own.
            "BTC/USDT:USDT": Figures(2660239.59000001773 * 0.01, 2433776053.94290622066283),
            "ETH/USDT:USDT": Figures(5932935.53000001767 * 0.1, 1877845290.47136559276704),
            "SOL/USDT:USDT": Figures(3140536.76000000302 * 1, 415744256.2888003997876),
        },
    ),
)  # fmt: skip
