"""Answers about leverage tiers and options: fields and figures as they were published."""

from tests.markets import listed
from tests.recorded.history_answers import HistoryAnswer

ANSWERS: dict[tuple[str, str], HistoryAnswer] = {
    ("binance", "option 2023-11-10"): HistoryAnswer(
        "ccxt 4.5.90, binance.py:13796",
        None,
        [
            {
                "symbol": "BTC-231229-40000-C", "markPrice": "2012", "markIV": "0.6125176",
                "delta": "0.39111646", "theta": "-32.13948531", "gamma": "0.00004656",
                "vega": "51.70062218",
            },
        ],
    ),
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
    ("bybit", "option 2023-11-10"): HistoryAnswer(
        "ccxt 4.5.90, bybit.py:8085",
        None,
        {
            "result": {
                "list": [
                    {
                        "symbol": "BTC-26JAN24-39000-C", "markPrice": "3273.02263032",
                        "markIv": "0.5577", "underlyingPrice": "37649.67254894",
                        "delta": "0.49640971", "gamma": "0.00004131", "vega": "69.08651675",
                        "theta": "-24.9443226",
                    },
                ],
            },
        },
    ),
    ("bybit", "option 2024-03-23"): HistoryAnswer(
        "ccxt 4.5.90, bybit.py:8610",
        None,
        {
            "result": {
                "list": [
                    {
                        "symbol": "BTC-27DEC24-55000-P", "markPrice": "11814.66756236",
                        "markIv": "0.8866", "underlyingPrice": "71690.55303594",
                        "delta": "-0.23284954", "gamma": "0.0000055", "vega": "191.70757975",
                        "theta": "-30.43617927",
                    },
                ],
            },
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
    ("delta", "option 2023-11-10"): HistoryAnswer(
        "ccxt 4.5.90, delta.py:3276",
        None,
        {
            "result": {
                "greeks": {
                    "delta": "0.94739174", "gamma": "0.00002206", "spot": "36839.58124652",
                    "theta": "-18.18365310", "vega": "7.85209698",
                },
                "mark_price": "6955.70698909", "quotes": {"mark_iv": "0.66973549"},
                "symbol": "C-BTC-30000-241123", "timestamp": 1699584998504530,
            },
        },
    ),
    ("deribit", "chain option 2024-03-22"): HistoryAnswer(
        "ccxt 4.5.90, deribit.py:3616",
        None,
        {
            "result": [
                {
                    "creation_timestamp": 1711101594477, "underlying_price": 68827.27,
                    "instrument_name": "BTC-28JUN24-42000-C", "mark_price": 0.40752052,
                },
            ],
        },
    ),
    ("deribit", "option 2023-11-10"): HistoryAnswer(
        "ccxt 4.5.90, deribit.py:3430",
        None,
        {
            "result": {
                "mark_iv": 61.27, "underlying_price": 38992.71, "mark_price": 0.2168,
                "instrument_name": "BTC-27SEP24-40000-C",
                "greeks": {"theta": -13.48784, "vega": 141.90146, "gamma": 2e-05, "delta": 0.59621},
                "timestamp": 1699578548021,
            },
        },
    ),
    ("deribit", "option 2024-03-22"): HistoryAnswer(
        "ccxt 4.5.90, deribit.py:3562",
        None,
        {
            "result": [
                {
                    "creation_timestamp": 1711100949273, "underlying_price": 73742.14,
                    "instrument_name": "BTC-27DEC24-240000-C", "mark_price": 0.04007735,
                },
            ],
        },
    ),
    ("gate", "option 2023-12-01"): HistoryAnswer(
        "ccxt 4.5.90, gate.py:7680",
        None,
        [
            {
                "vega": "1.78992", "delta": "-0.69397", "theta": "-2.5723", "mark_iv": "0.5909",
                "name": "ETH_USDT-20231201-2300-P", "mark_price": "236.57", "gamma": "0.00116",
            },
        ],
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
    ("okx", "option 2023-11-10"): HistoryAnswer(
        "ccxt 4.5.90, okx.py:8296",
        None,
        {
            "data": [
                {
                    "deltaBS": "0.7325502184143025", "fwdPx": "37675.80158694987186",
                    "gammaBS": "0.000024139685826358558", "instId": "BTC-USD-240329-32000-C",
                    "markVol": "0.5916253554539876", "thetaBS": "-18.52354631567909",
                    "ts": "1699586421976", "vegaBS": "74.44022302387287",
                },
            ],
        },
    ),
    ("paradex", "option 2025-05-19"): HistoryAnswer(
        "ccxt 4.5.90, paradex.py:2945",
        None,
        {
            "results": [
                {
                    "symbol": "BTC-USD-114000-P", "mark_price": "10835.66892602",
                    "mark_iv": "0.71781855",
                    "greeks": {
                        "delta": "-0.9872602390817709", "gamma": "0.000004560958862297231",
                        "vega": "227.11344863639806",
                    },
                    "underlying_price": "103164.79162649",
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
