"""Answers of krakenfutures: fields and figures as they were published, and what they come to."""

from tests.markets import listed
from tests.recorded.replayed import Answer, Case, Figures

CASES = (
    Case(
        venue="krakenfutures", at="2022-02-18T14:16:30Z",
        source="ccxt 4.5.90, krakenfutures.py:689",
        markets=(listed("fi_ethusd_220624", "ETH/USD:ETH-220624"),),
        answers=(
            Answer(
                "https://futures.kraken.com/derivatives/api/v3/tickers",
                {
                    "tickers": [
                        {
                            "symbol": "fi_ethusd_220624", "markPrice": 2925.72,
                            "openInterest": 3023363.0, "indexPrice": 2893.71,
                        },
                        {"symbol": "in_xbtusd"},
                    ],
                    "serverTime": "2022-02-18T14:16:29.440Z",
                },
            ),
        ),
        expected={
            "ETH/USD:ETH-220624": Figures(3023363 / 2925.72, 3023363, "future"),
        },
    ),
    Case(
        venue="krakenfutures", at="2022-06-17T11:00:32Z",
        source="JKorf/Kraken.Net@e597f1d0f744 GetTickers.txt, demo environment",
        markets=(listed("PI_XBTUSD", "BTC/USD:BTC"),),
        answers=(
            Answer(
                "https://futures.kraken.com/derivatives/api/v3/tickers",
                {
                    "tickers": [
                        {
                            "symbol": "PI_XBTUSD", "markPrice": 30209.9, "openInterest": 149655,
                            "indexPrice": 21087.8,
                        },
                        {"symbol": "in_xbtusd"}, {"symbol": "rr_xbtusd"},
                    ],
                    "serverTime": "2022-06-17T11:00:31.335Z",
                },
            ),
        ),
        expected={
            # Demo environment: mark 30209.9 beside index 21087.8; the mark is what values
            # positions there.
            "BTC/USD:BTC": Figures(149655 / 30209.9, 149655),
        },
    ),
    Case(
        venue="krakenfutures", at="2026-09-02T17:52:22Z",
        source=(
            "ccxt 4.5.90, krakenfutures.py:649 (PF_XBTUSD), ccxt static response test "
            "krakenfutures.json (PF_DOGEUSD, 2026-02-08, quoted numbers restored), ccxt "
            "4.5.90, krakenfutures.py:2905 (PF_ENJUSD, 2025-10-22)"
        ),
        markets=(
            listed("PF_XBTUSD", "BTC/USD:USD"),
            listed("PF_DOGEUSD", "DOGE/USD:USD"),
            listed("PF_ENJUSD", "ENJ/USD:USD"),
        ),
        answers=(
            Answer(
                "https://futures.kraken.com/derivatives/api/v3/tickers",
                {
                    "tickers": [
                        {
                            "symbol": "PF_XBTUSD", "markPrice": 77343.38154086834,
                            "openInterest": 1950.5966, "indexPrice": 77340.22,
                        },
                        {
                            "symbol": "PF_DOGEUSD", "markPrice": 0.09624183255,
                            "openInterest": 23062948.0, "indexPrice": 0.096257,
                        },
                        {
                            "symbol": "PF_ENJUSD", "markPrice": 0.0434, "openInterest": 72513.0,
                            "indexPrice": 0.043391,
                        },
                    ],
                    "serverTime": "2026-09-02T17:52:21.671Z",
                },
            ),
        ),
        expected={
            # PF_: coins, at the mark. PI_ and FI_: USD.
            "BTC/USD:USD": Figures(1950.5966, 1950.5966 * 77343.38154086835),
            "DOGE/USD:USD": Figures(23062948, 23062948 * 0.09624183255),
            "ENJ/USD:USD": Figures(72513, 72513 * 0.0434),
        },
    ),
)  # fmt: skip
