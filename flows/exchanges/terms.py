"""What is asked once a night beside history: leverage tiers, and liquidations told over HTTP.

Binance and BingX tell their tiers to key holders only and are left out; nothing is shipped in
their place.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from oirisk.flows.exchanges import tiers
from oirisk.flows.exchanges.bitfinex import history as bitfinex
from oirisk.flows.exchanges.bybit import history as bybit
from oirisk.flows.exchanges.gate import history as gate
from oirisk.flows.exchanges.htx import history as htx
from oirisk.flows.exchanges.kucoinfutures import history as kucoinfutures
from oirisk.flows.exchanges.okx import history as okx
from oirisk.flows.exchanges.reading import last_millisecond, milliseconds, of_product
from oirisk.schemas.calls import Call
from oirisk.schemas.history import Feed, Window
from oirisk.schemas.instruments import Instrument

_DAY = timedelta(days=1)
_BITGET_TYPES = {"usdt": "USDT-FUTURES", "usdc": "USDC-FUTURES", "coin": "COIN-FUTURES"}


def _tiers(
    products: tuple[str, ...],
    call: Callable[[Instrument], Call],
    parse: Callable[[Any, Instrument], list[Any]],
) -> Feed:
    return Feed(
        kind="leverage_tiers",
        name="leverage_tiers",
        covers=of_product(*products),
        call=lambda instrument, _window: call(instrument),
        parse=parse,
        span=_DAY,
        is_windowed=False,
    )


def _for_all(method: str) -> Callable[[Instrument], Call]:
    return lambda _instrument: Call(method)


def _bybit_call(instrument: Instrument) -> Call:
    params = {"category": instrument.product, "symbol": instrument.market_id}
    return Call("publicGetV5MarketRiskLimit", params)


def _okx_call(instrument: Instrument) -> Call:
    params = {
        "instType": instrument.product.upper(),
        "tdMode": "isolated",
        "instFamily": okx.family_of(instrument),
    }
    return Call("publicGetPublicPositionTiers", params)


def _gate_call(instrument: Instrument) -> Call:
    params = {"settle": instrument.settle.lower(), "contract": instrument.market_id}
    return Call("publicFuturesGetSettleRiskLimitTiers", params)


def _kucoin_call(instrument: Instrument) -> Call:
    return Call("futuresPublicGetContractsRiskLimitSymbol", {"symbol": instrument.market_id})


def _htx_call(instrument: Instrument) -> Call:
    line = "LinearSwapApi" if instrument.product == "linear" else "SwapApi"
    method = f"contractPublicGet{line}V1SwapAdjustfactor"
    return Call(method, {"contract_code": instrument.market_id})


def _bitget_call(instrument: Instrument) -> Call:
    params = {
        "productType": _BITGET_TYPES[instrument.product],
        "symbol": instrument.market_id,
    }
    return Call("publicMixGetV2MixMarketQueryPositionLever", params)


def _htx_liquidations(instrument: Instrument, window: Window) -> Call:
    span = {"start_time": milliseconds(window.since), "end_time": last_millisecond(window)}
    if instrument.product == "linear":
        params = {"contract_code": instrument.market_id, **span}
        return Call("contractPublicGetV5MarketLiquidationOrders", params)
    params = {"contract": instrument.market_id, "trade_type": "0", **span}
    return Call("contractPublicGetSwapApiV3SwapLiquidationOrders", params)


def _bitfinex_liquidations(_instrument: Instrument, window: Window) -> Call:
    span = {"start": milliseconds(window.since), "end": last_millisecond(window)}
    return Call("publicGetLiquidationsHist", {**span, "limit": "500"})


TERMS: Mapping[str, tuple[Feed, ...]] = MappingProxyType(
    {
        "bybit": (_tiers(("linear", "inverse"), _bybit_call, bybit.parse_tiers),),
        "okx": (_tiers(("swap", "futures"), _okx_call, okx.parse_tiers),),
        "gate": (_tiers(("usdt", "btc"), _gate_call, gate.parse_tiers),),
        "kucoinfutures": (
            _tiers(("linear", "inverse"), _kucoin_call, kucoinfutures.parse_tiers),
        ),
        "htx": (
            Feed("liquidations", "liquidations", of_product("linear", "coin_swap"),
                 _htx_liquidations, htx.parse_liquidations, _DAY),
            _tiers(("linear", "coin_swap"), _htx_call, htx.parse_tiers),
        ),
        "bitfinex": (
            # One answer holds every contract, and three a minute are allowed.
            Feed("liquidations", "liquidations", of_product("perp"), _bitfinex_liquidations,
                 bitfinex.parse_liquidations, _DAY, is_windowed=False),
        ),
        "bitget": (_tiers(tuple(_BITGET_TYPES), _bitget_call, tiers.parse_bitget),),
        "mexc": (
            _tiers(("linear", "inverse"), _for_all("contractPublicGetDetail"), tiers.parse_mexc),
        ),
        "krakenfutures": (
            _tiers(
                ("linear", "inverse"),
                _for_all("publicGetInstruments"),
                tiers.parse_krakenfutures,
            ),
        ),
        "phemex": (
            _tiers(
                ("usd", "inverse"), _for_all("publicGetCfgV2Products"), tiers.parse_phemex
            ),
        ),
    }
)  # fmt: skip
"""Feeds by ccxt id, beside those of the exchange's history."""
