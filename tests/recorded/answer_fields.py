"""Fields of real answers and the kinds of their values, by exchange and part of the address.

Taken from published answers of the day that stands beside each; what no simulated exchange is asked
for is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Fields:
    """Names of fields by the JSON kind of their values, parted by spaces.

    Args:
        texts: Quoted.
        numbers: Not quoted; true and false are among them.
        lists: In square brackets.
        objects: In braces.
        empty: Null in the answer: what else they may be is not known.
        around: Of the object that the rows stand in, where that matters.
    """

    texts: str = ""
    numbers: str = ""
    lists: str = ""
    objects: str = ""
    empty: str = ""
    around: "Fields | None" = None

    def kinds(self) -> Iterator[tuple[str, str | None]]:
        """Yield each field with the name of its kind; None where it is not known."""
        for names, kind in (
            (self.texts, "str"), (self.numbers, "number"), (self.lists, "list"),
            (self.objects, "dict"), (self.empty, None),
        ):  # fmt: skip
            for name in names.split():
                yield name, kind


FIELDS: dict[tuple[str, str], Fields] = {
    ("bybit", "category=linear"): Fields(  # 2022-09-20
        texts=(
            "symbol lastPrice prevPrice24h price24hPcnt highPrice24h lowPrice24h "
            "prevPrice1h markPrice indexPrice openInterest turnover24h volume24h "
            "fundingRate nextFundingTime predictedDeliveryPrice basisRate deliveryFeeRate "
            "deliveryTime"
        ),
    ),
    ("bybit", "category=inverse"): Fields(  # 2022-12-30
        texts=(
            "symbol lastPrice indexPrice markPrice prevPrice24h price24hPcnt highPrice24h "
            "lowPrice24h prevPrice1h openInterest openInterestValue turnover24h volume24h "
            "fundingRate nextFundingTime predictedDeliveryPrice basisRate deliveryFeeRate "
            "deliveryTime ask1Size bid1Price ask1Price bid1Size basis"
        ),
    ),
    ("okx", "instType=SWAP"): Fields(  # 2026-01-20
        texts="instId instType oi oiCcy oiUsd ts",
    ),
    ("gate", "futures/usdt/contracts"): Fields(  # 2026-07-15
        texts=(
            "funding_rate_indicative mark_price_round interest_rate index_price "
            "order_price_round name order_price_deviate maintenance_rate mark_type type "
            "leverage_min funding_rate last_price mark_price quanto_multiplier "
            "leverage_max maker_fee_rate taker_fee_rate status contract_type"
        ),
        numbers=(
            "funding_offset in_delisting order_size_min enable_decimal funding_interval "
            "order_size_max funding_next_apply config_change_time create_time "
            "position_size orders_limit is_pre_market launch_time"
        ),
    ),
    ("kucoinfutures", "contracts/active"): Fields(  # 2024-07-20
        texts=(
            "symbol rootSymbol type baseCurrency quoteCurrency settleCurrency markMethod "
            "fairMethod status openInterest"
        ),
        numbers=(
            "firstOpenDate maxOrderQty maxPrice lotSize tickSize indexPriceTickSize "
            "multiplier initialMargin maintainMargin makerFeeRate takerFeeRate "
            "isDeleverage isQuanto isInverse fundingFeeRate predictedFundingFeeRate "
            "fundingRateGranularity turnoverOf24h volumeOf24h markPrice indexPrice "
            "lastTradePrice nextFundingRateTime maxLeverage lowPrice highPrice "
            "priceChgPct priceChg"
        ),
        empty="expireDate settleDate",
    ),
    ("hyperliquid", "/info"): Fields(  # 2024-12-17
        texts=(
            "name funding openInterest prevDayPx dayNtlVlm premium oraclePx markPx midPx dayBaseVlm"
        ),
        numbers="szDecimals maxLeverage",
        lists="impactPxs",
    ),
    ("deribit", "currency=BTC"): Fields(  # 2020-03-09
        texts="instrument_name base_currency quote_currency underlying_index",
        numbers=(
            "open_interest mark_price last bid_price ask_price volume low high funding_8h "
            "current_funding underlying_price mid_price interest_rate "
            "estimated_delivery_price creation_timestamp"
        ),
    ),
    ("bybit", "category=option"): Fields(  # 2022-12-30
        texts=(
            "symbol bid1Price bid1Size bid1Iv ask1Price ask1Size ask1Iv lastPrice "
            "highPrice24h lowPrice24h markPrice indexPrice markIv underlyingPrice "
            "openInterest turnover24h volume24h totalVolume totalTurnover delta gamma "
            "vega theta predictedDeliveryPrice change24h"
        ),
    ),
    ("okx", "instType=OPTION"): Fields(  # 2023-05-20
        texts="instId instType oi oiCcy oiUsd ts",
    ),
    ("binance", "eapi/v1/openInterest"): Fields(  # 2023-02-25
        texts="symbol sumOpenInterest sumOpenInterestUsd timestamp",
    ),
    ("bitget", "USDT-FUTURES"): Fields(  # 2025-06-19
        texts=(
            "symbol lastPr askPr bidPr bidSz askSz high24h low24h ts change24h baseVolume "
            "quoteVolume usdtVolume openUtc changeUtc24h indexPrice fundingRate "
            "holdingAmount deliveryStatus open24h markPrice"
        ),
        empty="deliveryStartTime deliveryTime",
    ),
    ("cryptocom", "get-tickers"): Fields(  # 2023-06-22
        texts="i h l a v vv c b k oi",
        numbers="t",
    ),
    ("delta", "/v2/tickers"): Fields(  # 2023-07-12
        texts=(
            "contract_type funding_rate mark_basis mark_price oi oi_change_usd_6h "
            "oi_contracts oi_value oi_value_symbol oi_value_usd spot_price symbol "
            "turnover_symbol mark_vol strike_price"
        ),
        numbers="close high low open product_id size timestamp turnover turnover_usd volume",
        objects="greeks price_band quotes",
    ),
    ("dydx", "perpetualMarkets"): Fields(  # 2025-07-23
        texts=(
            "clobPairId ticker status oraclePrice priceChange24H volume24H "
            "nextFundingRate initialMarginFraction maintenanceMarginFraction openInterest "
            "tickSize stepSize marketType openInterestLowerCap openInterestUpperCap "
            "baseOpenInterest defaultFundingRate1H"
        ),
        numbers=(
            "trades24H atomicResolution quantumConversionExponent stepBaseQuantums subticksPerTick"
        ),
    ),
    ("htx", "linear-swap-api"): Fields(  # 2021-12-06
        texts="symbol contract_code business_type pair contract_type",
        numbers="volume amount value trade_amount trade_volume trade_turnover",
    ),
    ("krakenfutures", "tickers"): Fields(  # 2026-09-02
        texts="tag pair symbol lastTime",
        numbers=(
            "markPrice bid bidSize ask askSize vol24h openInterest open24h indexPrice "
            "last lastSize suspended volumeQuote high24h low24h fundingRate "
            "fundingRatePrediction postOnly change24h"
        ),
    ),
    ("mexc", "ticker"): Fields(  # 2021-10-13
        texts="symbol",
        numbers=(
            "lastPrice bid1 ask1 volume24 amount24 holdVol lower24Price high24Price "
            "riseFallRate riseFallValue indexPrice fairPrice fundingRate maxBidPrice "
            "minAskPrice timestamp"
        ),
    ),
    ("paradex", "summary"): Fields(  # 2024-06-12
        texts=(
            "symbol oracle_price mark_price last_traded_price bid ask volume_24h "
            "total_volume underlying_price open_interest funding_rate "
            "price_change_rate_24h"
        ),
        numbers="created_at",
    ),
    ("phemex", "md/v2"): Fields(  # 2024-10-16
        texts=(
            "closeRp fundingRateRr highRp indexPriceRp lowRp markPriceRp openInterestRv "
            "openRp predFundingRateRr symbol turnoverRv volumeRq"
        ),
        numbers="timestamp",
    ),
    ("woofipro", "futures"): Fields(  # 2026-08-06
        texts="symbol",
        numbers=(
            "index_price mark_price sum_unitary_funding est_funding_rate "
            "last_funding_rate next_funding_time open_interest 24h_open 24h_close "
            "24h_high 24h_low 24h_volume 24h_amount"
        ),
    ),
    ("bitfinex", "status/deriv"): Fields(  # 2024-01-26
        texts="0",
        numbers="1 3 4 6 8 9 10 12 15 18 22 23",
        empty="2 5 7 11 13 14 16 17 19 20 21",
    ),
    ("htx", "/swap-api/v1/swap_open_interest"): Fields(  # 2022-09-28
        texts="symbol contract_code",
        numbers="volume amount trade_amount trade_volume trade_turnover",
        around=Fields(
            texts="status",
            numbers="ts",
            lists="data",
        ),
    ),
    ("htx", "/api/v1/contract_open_interest"): Fields(  # 2022-09-28
        texts="symbol contract_type contract_code",
        numbers="volume amount trade_amount trade_volume trade_turnover",
        around=Fields(
            texts="status",
            numbers="ts",
            lists="data",
        ),
    ),
    ("phemex", "/v1/md/ticker/24hr/all"): Fields(  # 2020-06-18
        texts="symbol",
        numbers=(
            "askEp bidEp fundingRateEr highEp indexEp lastEp lowEp markEp openEp "
            "openInterest predFundingRateEr timestamp turnoverEv volume"
        ),
        around=Fields(
            numbers="id",
            lists="result",
            empty="error",
        ),
    ),
    ("binanceusdm", "/fapi/v1/openInterest"): Fields(  # 2020-05-14
        texts="openInterest symbol",
        numbers="time",
    ),
    ("binanceusdm", "/fapi/v1/premiumIndex"): Fields(  # 2020-08-14
        texts=("symbol markPrice indexPrice estimatedSettlePrice lastFundingRate interestRate"),
        numbers="nextFundingTime time",
    ),
    ("binancecoinm", "/dapi/v1/openInterest"): Fields(  # 2023-02-25
        texts="symbol pair openInterest contractType",
        numbers="time",
    ),
    ("bingx", "/openApi/swap/v2/quote/openInterest"): Fields(  # 2022-12-26
        texts="openInterest symbol",
        numbers="time",
        around=Fields(
            texts="msg",
            numbers="code",
            objects="data",
        ),
    ),
    ("bingx", "/openApi/swap/v2/quote/premiumIndex"): Fields(  # 2022-12-26
        texts="symbol markPrice indexPrice lastFundingRate",
        numbers="nextFundingTime",
        around=Fields(
            texts="msg",
            numbers="code",
            lists="data",
        ),
    ),
    ("bingx", "/openApi/cswap/v1/market/openInterest"): Fields(  # 2024-07-07
        texts="symbol openInterest",
        numbers="timestamp",
        around=Fields(
            texts="msg",
            numbers="code timestamp",
            lists="data",
        ),
    ),
}
