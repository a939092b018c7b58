"""Answers of pool venues: fields and shape as published documents and code have them.

The figures of Avantis are those of a published answer of 2026-09-11, its price is set; no answer of
the others is known with figures, theirs are set throughout. What each comes to is worked out by
hand beside it.
"""

from dataclasses import dataclass

from tests.recorded.replayed import Answer


@dataclass(frozen=True)
class PoolAnswers:
    """Answers of one venue and one instant.

    Args:
        venue: Its id.
        at: When they were received, UTC.
        answers: What lists the markets, then their state.
        expected: By symbol: coin, longs, shorts, USD of the larger side, quality.
    """

    venue: str
    at: str
    answers: tuple[Answer, ...]
    expected: dict[str, tuple[str, float, float, float | None, str]]


_GMX = "https://arbitrum.gmxapi.io/v1"
_GAINS = "https://backend-arbitrum.gains.trade/trading-variables"
_OSTIUM = (
    "https://api.subgraph.ormilabs.com/api/public/67a599d5-c8d2-4cc4-9c4d-2975a97bc5d8"
    "/subgraphs/ost-prod/live/gn"
)
_OSTIUM_ASKED = {"query": "{ pairs(first: 1000) { id from to longOI shortOI } }"}
_AVANTIS = "https://data.avantisfi.com/v2/trading"
_FEED = "https://feed-v3.avantisfi.com/v2/pairs"
_E30 = "0" * 30


def _market(name: str, address: str, index: str, **more: object) -> dict[str, object]:
    return {
        "symbol": name, "marketTokenAddress": address, "indexTokenAddress": index,
        "longTokenAddress": "0xL", "shortTokenAddress": "0xS", "isListed": True,
        "isSpotOnly": False, "minCollateralUsd": f"1{_E30}", "minPositionSizeUsd": f"1{_E30}",
        "leverageTiers": [], **more,
    }  # fmt: skip


def _ticker(
    name: str, address: str, price: str, tokens: tuple[str, str], usd: tuple[str, str]
) -> dict[str, str]:
    return {
        "symbol": name, "marketTokenAddress": address, "minPrice": price, "maxPrice": price,
        "markPrice": price, "longInterestInTokens": tokens[0], "shortInterestInTokens": tokens[1],
        "longInterestUsdMark": usd[0], "shortInterestUsdMark": usd[1],
        "longInterestUsd": f"1{_E30}", "shortInterestUsd": f"9{_E30}",
        "fundingRateLong": "-1", "fundingRateShort": "1",
    }  # fmt: skip


_VARIABLES = {
    "pairs": [
        {"from": "BTC", "to": "USD", "groupIndex": "0"},
        {"from": "ETH", "to": "USD", "groupIndex": "0"},
        {"from": "USD", "to": "JPY", "groupIndex": "8"},
    ],
    "collaterals": [
        {
            "collateralIndex": "1", "symbol": "DAI", "isActive": True,
            "pairOis": [
                {"beforeV10": {"long": "9", "short": "9", "max": "50750000000000000"},
                 "collateral": {"oiLongCollateral": "1", "oiShortCollateral": "1"},
                 "token": {"oiLongToken": "3500000000000000000",
                           "oiShortToken": "1250000000000000000"}},
                {"beforeV10": {"long": "0", "short": "0", "max": "0"},
                 "collateral": {"oiLongCollateral": "0", "oiShortCollateral": "0"},
                 "token": {"oiLongToken": "0", "oiShortToken": "0"}},
            ],
        },
        {
            "collateralIndex": "2", "symbol": "WETH", "isActive": False,
            "pairOis": [
                {"beforeV10": {"long": "0", "short": "0", "max": "1"},
                 "token": {"oiLongToken": "7000000000000000000", "oiShortToken": "0"}},
            ],
        },
        {
            "collateralIndex": "3", "symbol": "USDC", "isActive": True,
            "pairOis": [
                {"beforeV10": {"long": "0", "short": "0", "max": "9"},
                 "token": {"oiLongToken": "10100000000000000000",
                           "oiShortToken": "12600000000000000000"}},
                {"beforeV10": {"long": "0", "short": "0", "max": "9"},
                 "token": {"oiLongToken": "250000000000000000000",
                           "oiShortToken": "250000000000000000000"}},
                {"beforeV10": {"long": "0", "short": "0", "max": "9"},
                 "token": {"oiLongToken": "1000000000000000000", "oiShortToken": "0"}},
            ],
        },
    ],
}  # fmt: skip

_OSTIUM_PAIRS = {
    "data": {
        "pairs": [
            {"id": "0", "from": "BTC", "to": "USD", "longOI": "41500000000000000000",
             "shortOI": "55250000000000000000"},
            {"id": "5", "from": "XAU", "to": "USD", "longOI": "6000000000000000000000",
             "shortOI": "1500000000000000000000"},
        ]
    }
}  # fmt: skip

_AVANTIS_PAIRS = {
    "dataVersion": 3,
    "pairCount": 2,
    "pairInfos": {
        "1": {
            "index": 1, "from": "BTC", "to": "USD", "groupIndex": 0, "isPairListed": True,
            "openInterest": {"long": 2548348.23, "short": 2865037.88},
            "coinOI": {"long": 36.1907853204, "short": 35.9601677791}, "pairOI": 5413386.11,
            "feed": {"attributes": {"symbol": "Crypto.BTC/USD", "isOpen": True}},
        },
        "116": {
            "index": 116, "from": "BTC_UPSIDE", "to": "USD", "groupIndex": 0,
            "isPairListed": True, "openInterest": {"long": 80000, "short": 0},
            "coinOI": {"long": 1.25, "short": 0}, "pairOI": 80000,
        },
    },
}  # fmt: skip

POOLS = (
    PoolAnswers(
        venue="gmx",
        at="2026-11-20T00:05:10Z",
        answers=(
            Answer(
                f"{_GMX}/tokens",
                [
                    {"symbol": "BTC", "address": "0x47904963fc8b2340414262125aF798B9655E58Cd",
                     "decimals": 8, "isSynthetic": True},
                    {"symbol": "ETH", "address": "0xE", "decimals": 18},
                    {"symbol": "PEPE", "address": "0xP", "decimals": 18},
                ],
            ),
            Answer(
                f"{_GMX}/markets",
                [
                    _market("BTC/USD [WBTC.b-USDC]", "0x1",
                            "0x47904963fc8b2340414262125aF798b9655e58cd"),
                    _market("BTC/USD [tBTC-tBTC]", "0x2",
                            "0x47904963fc8b2340414262125aF798B9655E58Cd"),
                    _market("ETH/USD [WETH-USDC]", "0x3", "0xE"),
                    _market("PEPE/USD [PEPE-USDC]", "0x4", "0xP", isListed=False),
                    _market("SWAP-ONLY [USDC-USDT]", "0x5", "0x0", isSpotOnly=True),
                ],
            ),
            Answer(
                f"{_GMX}/markets/tickers",
                [
                    # Prices: USD x 10^(30 - decimals). 98765.4321 x 10^22.
                    # Longs 12.5 = 1234567.90125 USD, shorts 8.25 = 814814.814825 USD.
                    _ticker("BTC/USD [WBTC.b-USDC]", "0x1", "987654321" + "0" * 18,
                            ("1250000000", "825000000"),
                            ("123456790125" + "0" * 25, "814814814825" + "0" * 24)),
                    # USD that no 10 coins are worth at this price: 500,000 and not 987,654.321.
                    _ticker("BTC/USD [tBTC-tBTC]", "0x2", "987654321" + "0" * 18,
                            ("1000000000", "0"), ("500000" + _E30, "0")),
                    # 4000.5 x 10^12; longs 100 = 400050 USD, shorts 250.75 = 1003125.375 USD.
                    _ticker("ETH/USD [WETH-USDC]", "0x3", "40005" + "0" * 11,
                            ("1" + "0" * 20, "25075" + "0" * 16),
                            ("400050" + _E30, "1003125375" + "0" * 27)),
                    # 0.00001 x 10^12; 5 x 10^12 coins = 50000000 USD.
                    _ticker("PEPE/USD [PEPE-USDC]", "0x4", "10000000",
                            ("5" + _E30, "0"), ("5" + "0" * 37, "0")),
                    _ticker("SWAP-ONLY [USDC-USDT]", "0x5", "1", ("0", "0"), ("0", "0")),
                ],
            ),
        ),
        expected={
            "BTC/USD:WBTC.b+USDC": ("BTC", 12.5, 8.25, 1_234_567.90125, "ok"),
            "BTC/USD:tBTC": ("BTC", 10.0, 0.0, 987_654.321, "suspect"),
            "ETH/USD:WETH+USDC": ("ETH", 100.0, 250.75, 1_003_125.375, "ok"),
            "PEPE/USD:PEPE+USDC": ("PEPE", 5e12, 0.0, 5e7, "ok"),
        },
    ),
    PoolAnswers(
        venue="gains",
        at="2026-11-20T00:05:10Z",
        answers=(
            Answer(_GAINS, _VARIABLES),
            Answer(
                "https://backend-pricing.eu.gains.trade/charts",
                {"time": 1795133100000, "opens": [1, 1, 1], "closes": [95000.5, 3200, 155.2]},
            ),
            Answer(_GAINS, _VARIABLES),
        ),
        # 3.5 x 95000.5 = 332501.75; 12.6 x 95000.5 = 1197006.3; 250 x 3200 = 800000.
        expected={
            "BTC/USD:DAI": ("BTC", 3.5, 1.25, 332_501.75, "ok"),
            "ETH/USD:DAI": ("ETH", 0.0, 0.0, 0.0, "ok"),
            "BTC/USD:USDC": ("BTC", 10.1, 12.6, 1_197_006.3, "ok"),
            "ETH/USD:USDC": ("ETH", 250.0, 250.0, 800_000.0, "ok"),
        },
    ),
    PoolAnswers(
        venue="ostium",
        at="2026-11-22T00:05:10Z",
        answers=(
            Answer(_OSTIUM, _OSTIUM_PAIRS, _OSTIUM_ASKED),
            Answer(
                "https://metadata-backend.ostium.io/PricePublish/latest-prices",
                [
                    {"from": "BTC", "to": "USD", "bid": 94999, "mid": 95000.0, "ask": 95001,
                     "isMarketOpen": True, "timestampSeconds": 1795305900},
                    {"from": "XAU", "to": "USD", "bid": 4100, "mid": 4100.5, "ask": 4101,
                     "isMarketOpen": False, "timestampSeconds": 1795212000},
                ],
            ),
            Answer(_OSTIUM, _OSTIUM_PAIRS, _OSTIUM_ASKED),
        ),
        # 55.25 x 95000 = 5248750. Gold is closed on a Sunday; its price is of Friday.
        expected={
            "BTC/USD:USDC": ("BTC", 41.5, 55.25, 5_248_750.0, "ok"),
            "XAU/USD:USDC": ("XAU", 6000.0, 1500.0, None, "suspect"),
        },
    ),
    PoolAnswers(
        venue="avantis",
        at="2026-09-11T00:05:10Z",
        answers=(
            Answer(_AVANTIS, _AVANTIS_PAIRS),
            Answer(f"{_FEED}/1/price-update-data",
                   {"core": {"price": 76990.0}, "pro": {"price": 77000.0}}),
            Answer(f"{_FEED}/116/price-update-data", {"core": {"price": 77010.0}, "pro": None}),
            Answer(_AVANTIS, _AVANTIS_PAIRS),
        ),
        # 36.1907853204 x 77000 = 2786690.4696708; by USDC at entry the shorts would be larger.
        # 1.25 x 77010 = 96262.5.
        expected={
            "BTC/USD:USDC": ("BTC", 36.1907853204, 35.9601677791, 2_786_690.4696708, "ok"),
            "BTC/USD:USDC_UPSIDE": ("BTC", 1.25, 0.0, 96_262.5, "ok"),
        },
    ),
)  # fmt: skip
