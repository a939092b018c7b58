"""Answers of gate: fields and figures as they were published, and what they come to."""

from tests.markets import listed
from tests.recorded.replayed import Answer, Case, Figures

CASES = (
    Case(
        venue="gate", at="2020-06-27T00:00:00Z",
        source="ccxt 4.5.90, gate.py:1626",
        markets=(
            listed("BTC_USDT_20200814", "BTC/USDT:USDT-200703", 0.0001, info={"quanto_multiplier": "0.0001"}),
        ),
        answers=(
            Answer(
                "https://api.gateio.ws/api/v4/delivery/usdt/contracts",
                [
                    {
                        "name": "BTC_USDT_20200814", "mark_price": "9019",
                        "index_price": "9005.3", "position_size": 130,
                    },
                ],
            ),
        ),
        expected={
            # 130 contracts of 0.0001 BTC = 0.013 BTC.
            "BTC/USDT:USDT-200703": Figures(130 * 0.0001, 130 * 0.0001 * 9019, "future"),
        },
    ),
    Case(
        venue="gate", at="2026-07-13T00:00:00Z",
        source="JKorf/GateIo.Net@29d1782d3c32 GetContracts.txt",
        markets=(listed("LAB_USDT", "LAB/USDT:USDT", 100, info={"quanto_multiplier": "100"}),),
        answers=(
            Answer(
                "https://api.gateio.ws/api/v4/futures/usdt/contracts",
                [{"name": "LAB_USDT", "position_size": "40177.8"}],
            ),
        ),
        expected={
            # Fractional contracts: 40177.8 x 100 coins.
            "LAB/USDT:USDT": Figures(40177.8 * 100, None),
        },
    ),
    Case(
        venue="gate", at="2026-07-15T12:00:00Z",
        source="ccxt 4.5.90, gate.py:1568 (0G_USDT) and ccxt 4.5.90, gate.py:2129 (BTC_USDT",
        markets=(
            listed("0G_USDT", "0G/USDT:USDT", info={"quanto_multiplier": "1"}),
            listed("BTC_USDT", "BTC/USDT:USDT", 0.0001, info={"quanto_multiplier": "0.0001"}),
        ),
        answers=(
            Answer(
                "https://api.gateio.ws/api/v4/futures/usdt/contracts",
                [
                    {
                        "index_price": "0.2077", "name": "0G_USDT", "mark_price": "0.2048",
                        "position_size": 783779,
                    },
                    {
                        "name": "BTC_USDT", "mark_price": "37985.6", "index_price": "37954.92",
                        "position_size": 5223816,
                    },
                ],
            ),
        ),
        expected={
            # 783779 contracts of 1 coin; 5223816 contracts of 0.0001 BTC = 522.3816 BTC.
            "0G/USDT:USDT": Figures(783779 * 1, 783779 * 1 * 0.2048),
            "BTC/USDT:USDT": Figures(5223816 * 0.0001, 5223816 * 0.0001 * 37985.6),
        },
    ),
)  # fmt: skip
