"""Answers of exchanges as others have published them: fields, figures, where and of which day.

Each is put back into the exchange's own envelope with what lists the contract; fields that no figure
here depends on are left out. Answers of different days are different cases.
"""

from dataclasses import dataclass

from tests.recorded.replayed import Answer


@dataclass(frozen=True)
class Published:
    """Answers of one exchange and one instant.

    Args:
        venue: Its id.
        at: When they were received, UTC.
        source: Who published them.
        answers: What lists the contracts, then their state.
        expected: By symbol: coins, USD, quality.
    """

    venue: str
    at: str
    source: str
    answers: tuple[Answer, ...]
    expected: dict[str, tuple[float, float, str]]


_EDGEX = "https://edgex-prod-v2.edgex.exchange/api/v2/public"
_BITMEX = "https://www.bitmex.com/api/v1/instrument/active"
_COINEX = "https://api.coinex.com/v2/futures"
_ASTER = "https://fapi.asterdex.com/fapi"
_BTSE = "https://api.btse.com/public-api/market/v1"
_COINBASE = "https://api.coinbase.com/api/v3/brokerage/market/products"
_TOOBIT = "https://api.toobit.com"
_XT = "https://fapi.xt.com/future/market/v1/public"
_VARIATIONAL = "https://omni-client-api.prod.ap-northeast-1.variational.io/metadata/stats"
_NADO = "https://gateway.prod.nado.xyz"

_XBTUSD = {
    "symbol": "XBTUSD", "rootSymbol": "XBT", "state": "Open", "typ": "FFWCSX",
    "underlying": "XBT", "quoteCurrency": "USD", "settlCurrency": "XBt", "multiplier": -100000000,
    "isQuanto": False, "isInverse": True, "lotSize": 100,
    "fundingInterval": "2000-01-01T08:00:00.000Z", "fundingRate": 0.00011,
    "homeNotional24h": 4317.62899194, "foreignNotional24h": 419742700,
    "openInterest": 411647400, "openValue": 420691293378, "markPrice": 97849.76,
    "indicativeSettlePrice": 97843.77, "lastPrice": 97893.7, "expiry": None,
    "timestamp": "2024-11-24T23:33:19.034Z",
}  # fmt: skip
_XBTUSDT = {
    "symbol": "XBTUSDT", "rootSymbol": "XBT", "state": "Open", "typ": "FFWCSX",
    "underlying": "XBT", "quoteCurrency": "USDT", "settlCurrency": "USDt", "multiplier": 1,
    "isQuanto": False, "isInverse": False, "lotSize": 1000,
    "fundingInterval": "2000-01-01T08:00:00.000Z", "fundingRate": -0.000312,
    "homeNotional24h": 590.798, "foreignNotional24h": 11284280.2915,
    "openInterest": 426185000, "openValue": 8153958941400, "markPrice": 19132.44,
    "indicativeSettlePrice": 19136.27, "lastPrice": 19130, "expiry": None,
    "timestamp": "2022-10-16T14:52:20.000Z",
}  # fmt: skip

_FUTURES = [
    {
        "product_id": "BIT-24APR26-CDE", "price": "68755",
        "volume_24h": "114199", "base_increment": "1",
        "price_increment": "5", "product_type": "FUTURE",
        "quote_currency_id": "USD", "display_name": "BTC 24 APR 26",
        "product_venue": "FCM", "is_disabled": False,
        "trading_disabled": False,
        "future_product_details": {
            "venue": "cde", "contract_code": "BIT",
            "contract_expiry": "2026-04-24T15:00:00Z",
            "contract_size": "0.01", "contract_root_unit": "BTC",
            "contract_expiry_type": "EXPIRING", "funding_interval": None,
            "open_interest": "33219", "funding_rate": "", "index_price": "",
        },
    },
    {
        "product_id": "ETH-PERP-INTX", "price": "3630.98",
        "volume_24h": "114020.1501", "product_type": "FUTURE",
        "quote_currency_id": "USDC", "display_name": "ETH PERP",
        "product_venue": "INTX", "is_disabled": False,
        "future_product_details": {
            "contract_expiry": None, "contract_size": "1",
            "contract_root_unit": "ETH", "contract_expiry_type": "PERPETUAL",
            "open_interest": "1", "funding_rate": "0.000016",
        },
    },
]  # fmt: skip

PUBLISHED = (
    Published(
        venue="aster",
        at="2026-05-16T09:00:05Z",
        source="probe of 2026-05-16 in a public repository: coins 5599.890, mark 78732.5",
        answers=(
            Answer("https://sapi.asterdex.com/api/v3/exchangeInfo", {"symbols": []}),
            Answer(
                f"{_ASTER}/v3/exchangeInfo",
                {"symbols": [{
                    "symbol": "BTCUSDT", "status": "TRADING", "contractType": "PERPETUAL",
                    "baseAsset": "BTC", "quoteAsset": "USDT", "marginAsset": "USDT",
                }]},
            ),
            Answer(
                f"{_ASTER}/v1/premiumIndex",
                [{
                    "symbol": "BTCUSDT", "markPrice": "78732.50000000",
                    "indexPrice": "78732.50000000", "lastFundingRate": "0.00002333",
                    "time": 1778922000000,
                }],
            ),
            Answer(
                f"{_ASTER}/v1/ticker/24hr",
                [{"symbol": "BTCUSDT", "lastPrice": "78732.5", "volume": "10231.981"}],
            ),
            Answer(
                f"{_ASTER}/v1/fundingInfo", [{"symbol": "BTCUSDT", "fundingIntervalHours": 8}]
            ),
            Answer(
                f"{_ASTER}/v1/openInterest?symbol=BTCUSDT",
                {"symbol": "BTCUSDT", "openInterest": "5599.890", "time": 1778922000000},
            ),
        ),
        # 5599.890 coins x 78732.5 = 440 893 339.425.
        expected={"BTC/USDT:USDT": (5599.89, 440_893_339.425, "ok")},
    ),
    Published(
        venue="edgex",
        at="2026-09-13T22:37:20Z",
        source="answer of 2026-09-13 kept by a public collector of funding rates",
        answers=(
            Answer(
                f"{_EDGEX}/meta/getMetaData",
                {"code": "SUCCESS", "data": {
                    "coinList": [
                        {"coinId": "1000", "coinName": "USDC"},
                        {"coinId": "1001", "coinName": "BTC"},
                    ],
                    "contractList": [{
                        "contractId": "30000001", "contractName": "BTCUSDC",
                        "baseCoinId": "1001", "quoteCoinId": "1000", "stepSize": "0.001",
                        "enableTrade": True, "fundingRateIntervalMin": "240",
                    }],
                }},
            ),
            Answer(
                f"{_EDGEX}/quote/getTicker?contractId=30000001",
                {
                    "code": "SUCCESS",
                    "data": [{
                        "contractId": "30000001", "contractName": "BTCUSDC",
                        "size": "2733.637", "value": "210414016.4312",
                        "lastPrice": "76793.7", "indexPrice": "76825.4814574688",
                        "markPrice": "76773.550957416862761623", "openInterest": "3284.957",
                        "fundingRate": "-0.00005592",
                    }],
                    "responseTime": "1789339039906",
                },
            ),
        ),
        # 3284.957 x 76773.550957416862761623.
        expected={"BTC/USDC:USDC": (3284.957, 252_197_813.632423225, "ok")},
    ),
    Published(
        venue="bitmex",
        at="2024-11-24T23:33:20Z",
        source="answer of 2024-11-24 kept by NautilusTrader",
        answers=(Answer(_BITMEX, [_XBTUSD]), Answer(_BITMEX, [_XBTUSD])),
        # 411 647 400 contracts of 1 USD; over 97849.76 = 4206.933159570345 coins.
        expected={"BTC/USD:BTC": (4206.933159570345, 411_647_400.0, "ok")},
    ),
    Published(
        venue="bitmex",
        at="2022-10-16T14:52:21Z",
        source="answer of 2022-10-16 kept by ccxt until 4.5.78",
        answers=(Answer(_BITMEX, [_XBTUSDT]), Answer(_BITMEX, [_XBTUSDT])),
        # 426 185 000 contracts of 0.000001 coins = 426.185; x 19132.44 = 8 153 958.9414.
        expected={"BTC/USDT:USDT": (426.185, 8_153_958.9414, "ok")},
    ),
    Published(
        venue="coinex",
        at="2024-05-15T00:00:05Z",
        source="CoinEx API v2, samples without a day; the price of BTCUSD is set for this test",
        answers=(
            Answer(
                f"{_COINEX}/market",
                {"code": 0, "data": [
                    {"market": "LATUSDT", "contract_type": "linear", "base_ccy": "LAT",
                     "quote_ccy": "USDT", "is_market_available": True},
                    {"market": "BTCUSD", "contract_type": "inverse", "base_ccy": "BTC",
                     "quote_ccy": "USD", "is_market_available": True},
                ]},
            ),
            Answer(
                f"{_COINEX}/ticker",
                {"code": 0, "data": [
                    {"market": "LATUSDT", "last": "0.008157", "volume": "807714.49139758",
                     "value": "6689.21644207", "index_price": "0.008158",
                     "mark_price": "0.008158", "open_interest_volume": "2423143.47419274"},
                    {"market": "BTCUSD", "last": "61600", "volume": "9142655",
                     "value": "148.4", "index_price": "61600", "mark_price": "61600",
                     "open_interest_volume": "2566879"},
                ]},
            ),
        ),
        expected={
            # 2423143.47419274 coins x 0.008158.
            "LAT/USDT:USDT": (2_423_143.47419274, 19_768.004462464, "ok"),
            # 2 566 879 USD; over 61600 = 41.670113636 coins.
            "BTC/USD:BTC": (41.670113636363, 2_566_879.0, "ok"),
        },
    ),
    Published(
        venue="btse",
        at="2026-08-13T06:30:45Z",
        source="answer of 2026-08-13 kept by ccxt 4.5.90",
        answers=(
            Answer(
                f"{_BTSE}/markets",
                {"data": {"symbols": [{
                    "symbol": "BTC-PERP-USDT", "type": "FuturesPerpetual",
                    "baseCurrency": "BTC", "quoteCurrency": "USDT", "active": True,
                    "minOrderSize": "1", "minSizeIncrement": "1", "contractSize": "0.00001",
                }]}},
            ),
            Answer(
                f"{_BTSE}/ticker/24hr",
                {"data": [{
                    "symbol": "BTC-PERP-USDT", "lastPrice": "63790.1", "amount": "789198764",
                    "volume": "502595131.844331", "closeTime": 1786602644,
                    "openInterest": "29489680", "fundingRate": "0.0001",
                    "fundingIntervalMinutes": 480,
                }]},
            ),
        ),
        # 29 489 680 x 0.00001 = 294.8968 coins x 63790.1 = 18 811 496.36168.
        expected={"BTC/USDT:USDT": (294.8968, 18_811_496.36168, "ok")},
    ),
    Published(
        venue="nado",
        at="2026-09-13T22:28:00Z",
        source="answer of 2026-09-13 kept by a public collector of funding rates",
        answers=(
            Answer(
                f"{_NADO}/v1/symbols",
                [
                    {"type": "perp", "product_id": 2, "symbol": "BTC-PERP",
                     "trading_status": "live"},
                    {"type": "perp", "product_id": 38, "symbol": "kPEPE-PERP",
                     "trading_status": "live"},
                ],
            ),
            Answer(
                f"{_NADO}/v2/pairs",
                [
                    {"product_id": 2, "ticker_id": "BTC-PERP_USDT0", "quote": "USDT0"},
                    {"product_id": 38, "ticker_id": "kPEPE-PERP_USDT0", "quote": "USDT0"},
                ],
            ),
            Answer(f"{_NADO}/v2/assets", []),
            Answer(
                "https://archive.prod.nado.xyz/v2/contracts",
                {
                    "BTC-PERP_USDT0": {
                        "product_id": 2, "base_volume": 1153.2458,
                        "quote_volume": 88844499.99528772, "open_interest": 215.3981,
                        "open_interest_usd": 16540430.868905, "index_price": 76796.975,
                        "mark_price": 76805.68219579448, "funding_rate": 0.00010991167139984,
                    },
                    "kPEPE-PERP_USDT0": {
                        "product_id": 38, "base_volume": 7577500.0,
                        "quote_volume": 25799.83053765907, "open_interest": 58108000.0,
                        "open_interest_usd": 194878.25229999993,
                        "index_price": 0.003347499999999998,
                        "mark_price": 0.003348504249999997, "funding_rate": 0.0003,
                    },
                },
            ),
        ),
        expected={
            # 215.3981 x 76805.68219579448.
            "BTC/USDT0:USDT0": (215.3981, 16_543_798.014177959, "ok"),
            # Thousands: 58 108 000 x 1000 coins; x 0.00334850425 a thousand.
            "KPEPE/USDT0:USDT0": (58_108_000_000.0, 194_574.884958999826, "ok"),
        },
    ),
    Published(
        venue="gemini",
        at="2026-09-01T00:00:05Z",
        source="answer kept by ccxt 4.5.90, without contract and day",
        answers=(
            Answer("https://api.gemini.com/v1/symbols", ["btcusd", "linkgusdperp"]),
            Answer(
                "https://api.gemini.com/v1/riskstats/linkgusdperp",
                {
                    "product_type": "PerpetualSwapContract", "mark_price": "9.023",
                    "index_price": "9.02072", "open_interest": "4681.9",
                    "open_interest_notional": "42244.7837",
                },
            ),
        ),
        # 4681.9 coins x 9.023 = 42 244.7837.
        expected={"LINK/GUSD:GUSD": (4681.9, 42_244.7837, "ok")},
    ),
    Published(
        venue="coinbase",
        at="2026-04-01T19:04:00Z",
        source="answer of 2026-04-01 in a public repository",
        answers=(
            Answer(_COINBASE, {"products": []}),
            Answer(f"{_COINBASE}?product_type=FUTURE", {"products": _FUTURES}),
            Answer(f"{_COINBASE}?product_type=FUTURE", {"products": _FUTURES}),
        ),
        # 33 219 x 0.01 = 332.19 coins x 68755 = 22 839 723.45; the other book is not ours.
        expected={"BTC/USD:USD-260424": (332.19, 22_839_723.45, "ok")},
    ),
    Published(
        venue="toobit",
        at="2026-09-13T22:29:31Z",
        source="answer of 2026-09-13 kept by a public collector of funding rates",
        answers=(
            Answer(
                f"{_TOOBIT}/api/v1/exchangeInfo",
                {"symbols": [], "contracts": [{
                    "symbol": "BTC-SWAP-USDT", "status": "TRADING",
                    "baseAsset": "BTC-SWAP-USDT", "quoteAsset": "USDT", "inverse": False,
                    "marginToken": "USDT", "contractMultiplier": "0.001",
                }]},
            ),
            Answer(
                f"{_TOOBIT}/quote/v1/markPrice",
                [{"symbolId": "BTC-SWAP-USDT", "price": "76768.7", "time": 1789338570000}],
            ),
            Answer(
                f"{_TOOBIT}/quote/v1/contract/ticker/24hr",
                [
                    {"t": 1789338570215, "s": "BTC-SWAP-USDT", "c": "76768.6",
                     "v": "55588153.5", "qv": "4275918831.73709", "op": "796404.198"},
                    {"t": 1789338569814, "s": "TBV_BTC-SWAP-TBV_USDT", "c": "76768.7",
                     "v": "116903669", "qv": "8983118422.2701", "op": "27615407"},
                ],
            ),
        ),
        # 796 404.198 x 0.001 = 796.404198 coins x 76768.7 = 61 138 914.9550026.
        expected={"BTC/USDT:USDT": (796.404198, 61_138_914.9550026, "ok")},
    ),
    *(
        Published(
            venue="xt",
            at=at,
            source=source,
            answers=(
                Answer(
                    f"{_XT}/symbol/list",
                    {"result": [{
                        "symbol": "btc_usdt", "contractType": "PERPETUAL",
                        "productType": "perpetual", "underlyingType": "U_BASED",
                        "contractSize": "0.0001", "isOpenApi": True, "baseCoin": "btc",
                        "quoteCoin": "usdt", "deliveryDate": 1669879634000,
                    }]},
                ),
                Answer("https://dapi.xt.com/future/market/v1/public/symbol/list", {"result": []}),
                Answer("https://sapi.xt.com/v4/public/symbol", {"result": {"symbols": []}}),
                Answer(
                    f"{_XT}/q/agg-tickers",
                    {"result": [{"t": stamp, "s": "btc_usdt", "c": mark, "i": mark, "m": mark,
                                 "a": "0", "v": "0"}]},
                ),
                Answer(
                    f"{_XT}/contract/open-interest?symbol=btc_usdt",
                    {"result": {"symbol": "btc_usdt", "openInterest": coins,
                                "openInterestUsd": usd, "time": stamp}},
                ),
            ),
            expected={"BTC/USDT:USDT": expected},
        )
        for at, stamp, source, mark, coins, usd, expected in (
            # 222.6832 x 109762 = 24 442 153.3984, beside 24 442 143.06946.
            ("2025-11-01T08:27:46Z", 1761985665202, "XT's documents; price set", "109762", "222.6832",
             "24442143.06946", (222.6832, 24_442_153.3984, "ok")),
            # 21005.8646 x 64200 = 1 348 576 507.32, beside 1 120 726 916: 17 % apart.
            ("2026-08-05T10:24:04Z", 1785925443734, "ccxt 4.5.90; price set", "64200", "21005.8646",
             "1120726916.46709", (21_005.8646, 1_348_576_507.32, "suspect")),
        )
    ),
    Published(
        venue="variational",
        at="2026-09-13T12:00:00Z",
        source="answer of 2026-09-13 kept by a public collector of funding rates; hour set",
        answers=(
            Answer(
                _VARIATIONAL,
                {"listings": [
                    {"ticker": "BTC", "name": "Bitcoin", "mark_price": "77229.3565140889",
                     "volume_24h": "245987215.191356", "funding_rate": "0.091241",
                     "open_interest": {"long_open_interest": "79488330.90156663078909270000",
                                       "short_open_interest": "70056049.647245814573357420000"}},
                    {"ticker": "ETH", "name": "Ethereum", "mark_price": "2504.806274400028",
                     "open_interest": {"long_open_interest": "96254544.748",
                                       "short_open_interest": "37705759.539"}},
                ]},
            ),
        ) * 2,
        # Longs are the larger: 79 488 330.90 / 77 229.36 and 96 254 544.75 / 2504.81.
        expected={
            "BTC/USDC:USDC": (1029.2502034128127, 79_488_330.90156663, "ok"),
            "ETH/USDC:USDC": (38427.93980985842, 96_254_544.748, "ok"),
        },
    ),
)  # fmt: skip
