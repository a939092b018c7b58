"""Answers about leverage tiers: fields and figures as they were published."""

from tests.markets import listed
from tests.recorded.history_answers import HistoryAnswer

ANSWERS: dict[tuple[str, str], HistoryAnswer] = {
    ("bitget", "tiers 2023-11-18"): HistoryAnswer(
        "ccxt 4.5.90, bitget.py:2842",
        listed("BTCUSDT", "BTC/USDT:USDT"),
        {
            "data": [
                {
                    "symbol": "BTCUSDT", "startUnit": "0", "endUnit": "150000",
                    "leverage": "125", "keepMarginRate": "0.004",
                },
            ],
        },
    ),
    ("bybit", "tiers 2022-12-26"): HistoryAnswer(
        "JKorf/Bybit.Net@d84528f2394b GetRiskLimit.txt",
        listed("BTCUSD", "BTC/USD:BTC"),
        {
            "result": {
                "category": "inverse",
                "list": [
                    {
                        "symbol": "BTCUSD", "riskLimitValue": "150", "maintenanceMargin": "0.5",
                        "initialMargin": "1", "maxLeverage": "100.00",
                    },
                ],
            },
        },
    ),
    ("htx", "tiers 2022-01-28"): HistoryAnswer(
        "ccxt 4.5.90, htx.py:8026",
        listed("MANA-USDT", "MANA/USDT:USDT", None),
        {
            "data": [
                {
                    "contract_code": "MANA-USDT",
                    "list": [{"lever_rate": 75, "ladders": [{"adjust_factor": 0.7}]}],
                },
            ],
        },
    ),
    ("krakenfutures", "tiers 2022-06-28"): HistoryAnswer(
        "JKorf/Kraken.Net@e597f1d0f744 GetSymbols.txt",
        listed("PI_XBTUSD", "BTC/USD:BTC"),
        {
            "instruments": [
                {
                    "symbol": "PI_XBTUSD",
                    "marginLevels": [
                        {"contracts": 0, "initialMargin": 0.02, "maintenanceMargin": 0.01},
                        {"contracts": 500000, "initialMargin": 0.04, "maintenanceMargin": 0.02},
                        {"contracts": 1000000, "initialMargin": 0.06, "maintenanceMargin": 0.03},
                        {"contracts": 3000000, "initialMargin": 0.1, "maintenanceMargin": 0.05},
                    ],
                },
            ],
        },
    ),
    ("kucoinfutures", "tiers 2022-01-01"): HistoryAnswer(
        "ccxt 4.5.90, kucoin.py:10779",
        listed("ETHUSDTM", "ETH/USDT:USDT", 0.01),
        {
            "data": [
                {
                    "symbol": "ETHUSDTM", "maxRiskLimit": 300000, "minRiskLimit": 0,
                    "maxLeverage": 100, "maintainMargin": 0.005,
                },
            ],
        },
    ),
    ("kucoinfutures", "tiers 2026-03-20"): HistoryAnswer(
        "ccxt 4.5.90, kucoin.py:10876",
        listed("XBTUSDTM", "BTC/USDT:USDT", 0.001),
        {
            "data": [
                {
                    "symbol": "XBTUSDTM", "maxSize": "250000", "minSize": "0",
                    "maxLeverage": "125", "maintainMarginRate": "0.0040000000",
                },
                {
                    "symbol": "XBTUSDTM", "maxSize": "600000", "minSize": "250000",
                    "maxLeverage": "100", "maintainMarginRate": "0.0050000000",
                },
            ],
        },
    ),
    ("mexc", "tiers 2021-01-05"): HistoryAnswer(
        "ccxt 4.5.90, mexc.py:1391",
        listed("BTC_USDT", "BTC/USDT:USDT", 0.0001),
        {
            "data": [
                {
                    "symbol": "BTC_USDT", "maintenanceMarginRate": 0.004,
                    "initialMarginRate": 0.008, "riskBaseVol": 10000, "riskIncrVol": 200000,
                    "riskIncrMmr": 0.004, "riskIncrImr": 0.004, "riskLevelLimit": 5,
                },
            ],
        },
    ),
    ("phemex", "tiers 2020-03-08"): HistoryAnswer(
        "ccxt 4.5.90, phemex.py:4365",
        listed("BTCUSD", "BTC/USD:BTC"),
        {
            "data": {
                "riskLimits": [
                    {
                        "symbol": "BTCUSD",
                        "riskLimits": [
                            {
                                "limit": 100, "initialMarginEr": 1000000,
                                "maintenanceMarginEr": 500000,
                            },
                            {
                                "limit": 150, "initialMarginEr": 1500000,
                                "maintenanceMarginEr": 1000000,
                            },
                        ],
                    },
                ],
            },
        },
    ),
}  # fmt: skip
