"""Answers of derive: fields and figures as they were published, and what they come to."""

from tests.markets import listed
from tests.recorded.replayed import Answer, Case, Figures

CASES = (
    Case(
        venue="derive", at="2026-10-03T11:27:57Z",
        source="ccxt 4.5.90, derive.py:978",
        markets=(listed("BTC-PERP", "BTC/USDC:USDC"),),
        answers=(
            Answer(
                "https://api.derive.xyz/v3/public/get_ticker",
                {
                    "result": {
                        "t": 1791026876172, "I": "84622", "M": "84636.2",
                        "stats": {"oi": "291.023"},
                    },
                },
                request={"instrument_name": "BTC-PERP"},
            ),
        ),
        expected={
            # Coins; the instrument is named by the request only.
            "BTC/USDC:USDC": Figures(291.023, 291.023 * 84636.2),
        },
    ),
    Case(
        venue="derive", at="2026-10-03T12:49:32Z",
        source="ccxt 4.5.90, derive.py:1055, in the map of API v3, public/get_tickers; the answer "
        "names no instrument: the expiry is the one its rho fits",
        markets=(
            listed("BTC-20270924-90000-P", "BTC/USDC:USDC-270924-90000-P"),),
        answers=(
            Answer(
                "https://api.derive.xyz/v3/public/get_tickers",
                {
                    "result": {"tickers": {"BTC-20270924-90000-P": {
                        "t": 1791031771524, "I": "84812", "M": "13312",
                        "stats": {"c": "0", "v": "0", "oi": "0"},
                    }}},
                },
                request={
                    "instrument_type": "option", "currency": "BTC", "expiry_date": "20270924",
                },
            ),
        ),
        # a real zero
        expected={"BTC/USDC:USDC-270924-90000-P": Figures(0.0, 0.0, "option")},
    ),
)  # fmt: skip
