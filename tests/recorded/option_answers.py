"""Answers about options: fields and figures as they were published."""

from typing import Any, NamedTuple


class OptionAnswer(NamedTuple):
    """One answer about one option; ``received_at`` where the answer has no time of its own."""

    venue: str
    source: str
    body: Any
    received_at: str = ""


ANSWERS: dict[str, OptionAnswer] = {
    "BTC-231229-40000-C": OptionAnswer("binance", "ccxt 4.5.90, binance.py:13796", [
        {
            "symbol": "BTC-231229-40000-C", "markPrice": "2012", "bidIV": "0.60236275",
            "askIV": "0.62267244", "markIV": "0.6125176", "delta": "0.39111646",
            "theta": "-32.13948531", "gamma": "0.00004656", "vega": "51.70062218",
        },
    ]),
    "BTC-26JAN24-39000-C": OptionAnswer("bybit", "ccxt 4.5.90, bybit.py:8085", {
        "result": {"category": "option", "list": [
            {
                "symbol": "BTC-26JAN24-39000-C", "bid1Iv": "0.5478", "ask1Iv": "0.5638",
                "markPrice": "3273.02263032", "indexPrice": "36790.96", "markIv": "0.5577",
                "underlyingPrice": "37649.67254894", "delta": "0.49640971",
                "gamma": "0.00004131", "vega": "69.08651675", "theta": "-24.9443226",
            },
        ]},
        "time": 1699584008326,
    }, "2023-11-10T02:40:08.326"),
    "BTC-27DEC24-55000-P": OptionAnswer("bybit", "ccxt 4.5.90, bybit.py:8610", {
        "result": {"category": "option", "list": [
            {
                "symbol": "BTC-27DEC24-55000-P", "bid1Iv": "0", "ask1Iv": "0",
                "markPrice": "11814.66756236", "indexPrice": "63838.92", "markIv": "0.8866",
                "underlyingPrice": "71690.55303594", "delta": "-0.23284954",
                "gamma": "0.0000055", "vega": "191.70757975", "theta": "-30.43617927",
            },
        ]},
        "time": 1711162003672,
    }, "2024-03-23T02:46:43.672"),
    "C-BTC-30000-241123": OptionAnswer("delta", "ccxt 4.5.90, delta.py:3276", {
        "result": {
            "greeks": {
                "delta": "0.94739174", "gamma": "0.00002206", "spot": "36839.58124652",
                "theta": "-18.18365310", "vega": "7.85209698",
            },
            "mark_price": "6955.70698909", "mark_vol": "0.66916863",
            "quotes": {
                "ask_iv": "0.90180438", "bid_iv": "0.60881706", "mark_iv": "0.66973549",
            },
            "spot_price": "36839.58153868", "symbol": "C-BTC-30000-241123",
            "timestamp": 1699584998504530,
        },
    }),
    "C-BTC-29500-280723": OptionAnswer("delta", "ccxt 4.5.90, delta.py:2912", {
        "result": {
            "greeks": {
                "delta": "0.67324861", "gamma": "0.00022178", "spot": "30178.53195697",
                "theta": "-35.64972577", "vega": "16.34381277",
            },
            "mark_price": "1037.07582681", "mark_vol": "0.35899491",
            "quotes": {
                "ask_iv": "0.36932389", "bid_iv": "0.34851914", "mark_iv": "0.35896335",
            },
            "spot_price": "30178.53195697", "symbol": "C-BTC-29500-280723",
            "timestamp": 1689834695286094,
        },
    }),
    "BTC-27SEP24-40000-C": OptionAnswer("deribit", "ccxt 4.5.90, deribit.py:3430", {
        "result": {
            "bid_iv": 60.51, "ask_iv": 61.88, "mark_iv": 61.27, "underlying_price": 38992.71,
            "underlying_index": "BTC-27SEP24", "index_price": 36552.72, "mark_price": 0.2168,
            "instrument_name": "BTC-27SEP24-40000-C", "timestamp": 1699578548021,
            "greeks": {"theta": -13.48784, "vega": 141.90146, "gamma": 2e-05, "delta": 0.59621},
        },
    }, "2023-11-10T01:09:08.021"),
    "BTC-27DEC24-240000-C": OptionAnswer("deribit", "ccxt 4.5.90, deribit.py:3562", {
        "result": [
            {
                "creation_timestamp": 1711100949273, "underlying_price": 73742.14,
                "underlying_index": "BTC-27DEC24", "mark_price": 0.04007735,
                "instrument_name": "BTC-27DEC24-240000-C",
            },
        ],
    }),
    "BTC-28JUN24-42000-C": OptionAnswer("deribit", "ccxt 4.5.90, deribit.py:3616", {
        "result": [
            {
                "creation_timestamp": 1711101594477, "underlying_price": 68827.27,
                "underlying_index": "BTC-28JUN24", "mark_price": 0.40752052,
                "instrument_name": "BTC-28JUN24-42000-C",
            },
        ],
    }),
    # the answer names no instrument: the expiry is the one its rho fits, the strike the next whole
    "BTC-20270924-90000-P": OptionAnswer("derive", "ccxt 4.5.90, derive.py:1055", {
        "result": {"tickers": {"BTC-20270924-90000-P": {
            "t": 1791031771524, "I": "84812", "M": "13312",
            "option_pricing": {
                "d": "-0.43348", "t": "-18.65575", "g": "0.00001213", "v": "346.49060",
                "i": "0.38273", "f": "89232", "m": "13312", "df": "0.950", "bi": "0", "ai": "0",
            },
            "stats": {"c": "0", "v": "0", "oi": "0"},
        }}},
    }, "2026-10-03T12:49:31.524"),
    "ETH_USDT-20231201-2300-P": OptionAnswer("gate", "ccxt 4.5.90, gate.py:7680", [
        {
            "vega": "1.78992", "ask_iv": "0.6245", "delta": "-0.69397", "theta": "-2.5723",
            "mark_iv": "0.5909", "name": "ETH_USDT-20231201-2300-P", "bid_iv": "0.5065",
            "mark_price": "236.57", "gamma": "0.00116",
        },
    ]),
    "BTC-USD-240329-32000-C": OptionAnswer("okx", "ccxt 4.5.90, okx.py:8296", {
        "data": [
            {
                "askVol": "0", "bidVol": "0", "delta": "0.5105464486882039",
                "deltaBS": "0.7325502184143025", "fwdPx": "37675.80158694987186",
                "gammaBS": "0.000024139685826358558", "instId": "BTC-USD-240329-32000-C",
                "markVol": "0.5916253554539876", "thetaBS": "-18.52354631567909",
                "ts": "1699586421976", "vegaBS": "74.44022302387287",
            },
        ],
    }, "2023-11-10T03:20:21.976"),
    "BTC-USD-114000-P": OptionAnswer("paradex", "ccxt 4.5.90, paradex.py:2945", {
        "results": [
            {
                "symbol": "BTC-USD-114000-P", "mark_price": "10835.66892602",
                "mark_iv": "0.71781855", "bid_iv": "0.05", "ask_iv": "0.8783283",
                "greeks": {
                    "delta": "-0.9872602390817709", "gamma": "0.000004560958862297231",
                    "vega": "227.11344863639806",
                },
                "underlying_price": "103164.79162649",
            },
        ],
    }),
}  # fmt: skip
"""By the name of the option."""
