"""Answers about the past: fields and figures as they were published.

Fields that no figure here depends on are left out. Where an answer does not name its contract, the
one that its amounts fit is taken.
"""

from dataclasses import dataclass
from typing import Any

from tests.markets import listed


@dataclass(frozen=True)
class HistoryAnswer:
    """One answer.

    Args:
        source: Who published it.
        market: What it speaks of, as ccxt describes it; None where the answer says that itself.
        body: The answer, decoded from JSON.
    """

    source: str
    market: dict[str, Any] | None
    body: Any


ANSWERS: dict[tuple[str, str], HistoryAnswer] = {
    ("binancecoinm", "open interest 2026-10-12"): HistoryAnswer(
        "ccxt 4.5.90, binance.py:13436",
        listed("BTCUSD_PERP", "BTC/USD:BTC", 100),
        [
            {
                "sumOpenInterest": "13069401.00000000",
                "sumOpenInterestValue": "15796.96988405", "timestamp": 1791835200000,
            },
        ],
    ),
    ("binancecoinm", "shares 2024-09-20"): HistoryAnswer(
        "ccxt 4.5.90, binance.py:14723",
        listed("BTCUSD_PERP", "BTC/USD:BTC", 100),
        [{"longAccount": "0.7262", "shortAccount": "0.2738", "timestamp": 1726790400000}],
    ),
    ("binanceusdm", "open interest 2022-01-14"): HistoryAnswer(
        "ccxt 4.5.90, binance.py:13424",
        listed("BTCUSDT", "BTC/USDT:USDT"),
        [
            {
                "sumOpenInterest": "75375.61700000",
                "sumOpenInterestValue": "3248828883.71251440", "timestamp": 1642179900000,
            },
        ],
    ),
    ("binanceusdm", "open interest 2023-04-15"): HistoryAnswer(
        "ccxt pull/17560 demo output",
        listed("BTCUSDT", "BTC/USDT:USDT"),
        [
            {
                "sumOpenInterest": "100264.95500000",
                "sumOpenInterestValue": "3049899507.17200000", "timestamp": 1681554600000,
            },
        ],
    ),
    ("binanceusdm", "shares 2024-09-20"): HistoryAnswer(
        "ccxt 4.5.90, binance.py:14709",
        listed("BTCUSDT", "BTC/USDT:USDT"),
        [{"longAccount": "0.4558", "shortAccount": "0.5442", "timestamp": 1726790400000}],
    ),
    ("bitfinex", "liquidations 2024-01-27"): HistoryAnswer(
        "ccxt 4.5.90, bitfinex.py:3577",
        listed("tAVAXF0:USTF0", "AVAX/USDT:USDT"),
        [
            [
                [
                    "pos", 171085137, 1706395919788, None, "tAVAXF0:USTF0", -8, 32.868, None, 1,
                    1, None, 33.255,
                ],
            ],
        ],
    ),
    ("bitfinex", "open interest 2024-01-26"): HistoryAnswer(
        "ccxt 4.5.90, bitfinex.py:3447",
        listed("tBTCF0:USTF0", "BTC/USDT:USDT"),
        [
            [
                1706295191000, None, 42152.425382, 42133, None, 37671589.7853521, None,
                1706313600000, 0.00018734, 3343, None, 7.587e-05, None, None, 42134.1, None,
                None, 5775.20348804, None, None, None, 0.0005, 0.0025,
            ],
        ],
    ),
    ("bitget", "shares 2024-10-19"): HistoryAnswer(
        "ccxt 4.5.90, bitget.py:11479",
        listed("BTCUSDT", "BTC/USDT:USDT"),
        {
            "data": [
                {
                    "longAccountRatio": "0.58", "shortAccountRatio": "0.42",
                    "ts": "1729312200000", "longShortAccountRatio": "0.0138",
                },
            ],
        },
    ),
    ("bybit", "open interest 2022-10-14"): HistoryAnswer(
        "ccxt 4.5.90, bybit.py:7089",
        listed("BTCUSDT", "BTC/USDT:USDT"),
        {"result": {"list": [{"openInterest": 64757.624, "timestamp": 1665784800000}]}},
    ),
    ("bybit", "open interest 2022-10-24"): HistoryAnswer(
        "ccxt pull/15134 demo output",
        listed("BTCUSDT", "BTC/USDT:USDT"),
        {"result": {"list": [{"openInterest": "85727.73299999", "timestamp": "1666602000000"}]}},
    ),
    ("bybit", "open interest 2022-12-26"): HistoryAnswer(
        "ccxt 4.5.90, bybit.py:6964",
        listed("BTCUSD", "BTC/USD:BTC"),
        {
            "result": {"list": [{"openInterest": "461134384.00000000", "timestamp": "1669571400000"}]},
        },
    ),
    ("bybit", "open interest 2026-06-09"): HistoryAnswer(
        "documentation, bybit-exchange/docs@072c197d0c11:docs/v5/market/open-interest.mdx",
        listed("BTCUSD", "BTC/USD:BTC"),
        {
            "result": {
                "list": [
                    {
                        "openInterest": "63910691.00000000", "singleOpenInterest": "31955346",
                        "timestamp": "1780963200000",
                    },
                    {
                        "openInterest": "63910691.00000000", "singleOpenInterest": "31955346",
                        "timestamp": "1780876800000",
                    },
                    {
                        "openInterest": "63910691.00000000", "singleOpenInterest": "31955346",
                        "timestamp": "1780790400000",
                    },
                    {
                        "openInterest": "63942311.00000000", "singleOpenInterest": "31971156",
                        "timestamp": "1780704000000",
                    },
                    {
                        "openInterest": "63942311.00000000", "singleOpenInterest": "31971156",
                        "timestamp": "1780617600000",
                    },
                ],
            },
        },
    ),
    ("bybit", "shares 2024-10-17"): HistoryAnswer(
        "ccxt 4.5.90, bybit.py:9232",
        listed("BTCUSDT", "BTC/USDT:USDT"),
        {
            "result": {
                "list": [{"buyRatio": "0.5707", "sellRatio": "0.4293", "timestamp": "1729123200000"}],
            },
        },
    ),
    ("gate", "liquidations 2023-10-08"): HistoryAnswer(
        "ccxt 4.5.90, gate.py:7496",
        listed("BTC_USDT", "BTC/USDT:USDT", 0.0001, info={"quanto_multiplier": "0.0001"}),
        [{"contract": "BTC_USDT", "size": -165, "fill_price": "28070", "time": 1696736132}],
    ),
    ("gate", "open interest 2023-01-19"): HistoryAnswer(
        "ccxt pull/16531 demo output",
        listed("BTC_USDT", "BTC/USDT:USDT", 0.0001, info={"quanto_multiplier": "0.0001"}),
        [{"open_interest": 149191056, "open_interest_usd": 309505349.56219, "time": 1674137400}],
    ),
    ("gate", "statistics 2023-01-18"): HistoryAnswer(
        "ccxt 4.5.90, gate.py:6918",
        listed("ADA_USDT", "ADA/USDT:USDT", 10, info={"quanto_multiplier": "10"}),
        [
            {
                "time": 1674057000, "mark_price": "0.34619", "open_interest": 2851725,
                "open_interest_usd": 9872386.7775, "lsr_account": 3.2808988764045,
                "lsr_taker": 9.3765153315902, "top_lsr_account": 0, "top_lsr_size": 0,
                "long_liq_size": 0, "short_liq_size": 0, "long_liq_usd": 0, "short_liq_usd": 0,
                "long_liq_amount": 0, "short_liq_amount": 0,
            },
        ],
    ),
    ("htx", "coin open interest 2022-03-25"): HistoryAnswer(
        "ccxt 4.5.90, htx.py:8157",
        listed("CRV-USD", "CRV/USD:CRV", 10),
        {"data": {"tick": [{"volume": 19174.0, "amount_type": 1, "ts": 1648224000000}]}},
    ),
    ("htx", "dated open interest 2022-03-25"): HistoryAnswer(
        "ccxt 4.5.90, htx.py:8175",
        listed("BTC220401", "BTC/USD:BTC-220401", 100),
        {
            "data": {
                "tick": [{"volume": "48419.0000000000000000", "amount_type": 1, "ts": 1648224000000}],
            },
        },
    ),
    ("htx", "liquidations 2021-12-04"): HistoryAnswer(
        "JKorf/HTX.Net@3300a72a69d7 GetLiquidationOrders.txt",
        listed("BTC-USDT-211210", "BTC/USDT:USDT-211210", 0.001),
        {
            "data": [
                {
                    "query_id": 452057, "contract_code": "BTC-USDT-211210", "volume": 479,
                    "price": 51441.7, "created_at": 1638593647864, "direction": "sell",
                    "offset": "close", "amount": 0.479, "trade_turnover": 24640.5743,
                },
            ],
        },
    ),
    ("htx", "liquidations 2026-06-19"): HistoryAnswer(
        "ccxt 4.5.90, htx.py:8996, v5 endpoint",
        listed("BTC-USDT", "BTC/USDT:USDT", 0.001),
        {
            "data": [
                {
                    "id": "150153038758", "contract_code": "BTC-USDT",
                    "liquidation_time": "1781849094165", "position_side": "short",
                    "volume": "2", "bankrupt_price": "62978.5", "side": "buy", "amount": "2",
                    "trade_turnover": "125.957",
                },
            ],
        },
    ),
    ("htx", "open interest 2021-12-06"): HistoryAnswer(
        "JKorf/HTX.Net@3300a72a69d7 GetOpenInterestHistory.txt",
        listed("BTC-USDT-211210", "BTC/USDT:USDT-211210", 0.001),
        {
            "data": {
                "tick": [
                    {
                        "volume": 27112, "amount_type": 1, "ts": 1638720000000,
                        "value": 1321498.5264,
                    },
                ],
            },
        },
    ),
    ("htx", "open interest 2022-03-25"): HistoryAnswer(
        "ccxt 4.5.90, htx.py:8134",
        listed("BTC-USDT", "BTC/USDT:USDT", 0.001),
        {
            "data": {
                "tick": [
                    {
                        "volume": 4385.435, "amount_type": 2, "ts": 1648220400000,
                        "value": 194059884.185,
                    },
                ],
            },
        },
    ),
    ("kucoinfutures", "open interest 2025-12-29"): HistoryAnswer(
        "JKorf/Kucoin.Net@04e948d11ac2 GetFuturesOpenInterest.txt",
        listed("XBTUSDTM", "BTC/USDT:USDT", 0.001, info={"multiplier": 0.001}),
        {
            "data": [
                {"openInterest": "4615535", "ts": 1767004200000},
                {"openInterest": "4568791", "ts": 1767002400000},
            ],
        },
    ),
    ("okx", "open interest 2026-09-27"): HistoryAnswer(
        "ccxt 4.5.90, okx.py:7793",
        listed("BTC-USDT-SWAP", "BTC/USDT:USDT", 0.01),
        {"data": [["1790550000000", "2800476.45", "28006.5419", "2360916466.88"]]},
    ),
    ("okx", "shares 2024-10-19"): HistoryAnswer(
        "ccxt 4.5.90, okx.py:9224",
        listed("BTC-USDT-SWAP", "BTC/USDT:USDT", 0.01),
        {"data": [["1729323600000", "0.9398602814619824"]]},
    ),
    # sums over all contracts of a coin, of the address beside the one that is asked
    ("okx", "volume 2022-03-25"): HistoryAnswer(
        "ccxt 4.5.90",
        listed("BTC-USDT-SWAP", "BTC/USDT:USDT", 0.01),
        {"data": [["1648221300000", "2183354317.945", "74285877.617"]]},
    ),
}  # fmt: skip
