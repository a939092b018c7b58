"""Answers of deribit: fields and figures as they were published, and what they come to."""

from tests.markets import listed
from tests.recorded.replayed import Answer, Case, Figures

CASES = (
    Case(
        venue="deribit", at="2020-03-09T19:54:39Z",
        source="ccxt 4.5.90, deribit.py:1399 (option",
        markets=(
            listed("BTC-PERPETUAL", "BTC/USD:BTC", 10),
            listed("BTC-10MAR20-7750-C", "BTC/USD:BTC-200310-7750-C"),
        ),
        answers=(
            Answer(
                "https://www.deribit.com/api/v2/public/get_book_summary_by_currency?currency=BTC",
                {
                    "result": [
                        {
                            "instrument_name": "BTC-PERPETUAL", "open_interest": 111543850,
                            "mark_price": 7750.02,
                        },
                        {
                            "underlying_price": 7856.445926872601, "open_interest": 121.8,
                            "instrument_name": "BTC-10MAR20-7750-C",
                            "estimated_delivery_price": 7856.29,
                            "creation_timestamp": 1583783678366,
                        },
                    ],
                    "usOut": 1583783678372069,
                },
            ),
        ),
        expected={
            # Inverse: USD (not contracts of 10 USD).
            "BTC/USD:BTC": Figures(111543850 / 7750.02, 111543850),
            "BTC/USD:BTC-200310-7750-C": Figures(121.8, 121.8 * 7856.29, "option"),
        },
    ),
    Case(
        venue="deribit", at="2025-11-20T21:29:38Z",
        source="ccxt 4.5.90, deribit.py:3719, test environment",
        markets=(listed("BTC-PERPETUAL", "BTC/USD:BTC", 10),),
        answers=(
            Answer(
                "https://www.deribit.com/api/v2/public/get_book_summary_by_currency?currency=BTC",
                {
                    "result": [
                        {
                            "instrument_name": "BTC-PERPETUAL", "open_interest": 9978911260,
                            "mark_price": 87102.01, "creation_timestamp": 1763674177068,
                            "estimated_delivery_price": 87047.2,
                        },
                    ],
                },
            ),
        ),
        expected={
            "BTC/USD:BTC": Figures(9978911260 / 87102.01, 9978911260),
        },
    ),
)  # fmt: skip
