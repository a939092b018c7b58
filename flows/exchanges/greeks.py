"""Implied volatility and greeks of options, as fractions and USD, from seven exchanges.

OKX prints two sets: those in coins, and the Black-Scholes ones in USD, which are taken. Premiums
of Deribit are in coins and become USD at the underlying's price.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from oirisk.flows.exchanges.reading import objects_at, optional, positive
from oirisk.schemas.history import OptionPoint
from oirisk.schemas.venue import Row, TimeUnit
from oirisk.transforms.decode import pick
from oirisk.transforms.times import instant

Parser = Callable[[Any], list[OptionPoint]]


def _point(
    row: Row, market_id: str, at: str, unit: TimeUnit, names: Mapping[str, str]
) -> OptionPoint:
    """Read a row whose volatility is a fraction and whose premium is in USD."""
    figures = {name: optional(row, path) for name, path in names.items()}
    return OptionPoint(
        market_id=str(pick(row, market_id)),
        observed_at=instant(pick(row, at), unit) if at else None,
        mark_iv=positive(figures.get("mark_iv")),
        delta=figures.get("delta"),
        gamma=figures.get("gamma"),
        vega=figures.get("vega"),
        theta=figures.get("theta"),
        mark_price=figures.get("mark_price"),
        underlying_price=positive(figures.get("underlying_price")),
    )


_GREEKS = {name: name for name in ("delta", "gamma", "vega", "theta")}


def parse_binance(body: Any) -> list[OptionPoint]:  # noqa: ANN401
    """Read ``eapi/v1/mark``."""
    names = {**_GREEKS, "mark_iv": "markIV", "mark_price": "markPrice"}
    return [_point(row, "symbol", "", "ms", names) for row in objects_at(body)]


def parse_bybit(body: Any) -> list[OptionPoint]:  # noqa: ANN401
    """Read ``v5/market/tickers`` of options."""
    names = {**_GREEKS, "mark_iv": "markIv", "mark_price": "markPrice"}
    names["underlying_price"] = "underlyingPrice"
    return [_point(row, "symbol", "", "ms", names) for row in objects_at(body, "result", "list")]


def parse_okx(body: Any) -> list[OptionPoint]:  # noqa: ANN401
    """Read ``public/opt-summary``."""
    names = {name: f"{name}BS" for name in _GREEKS}
    names |= {"mark_iv": "markVol", "underlying_price": "fwdPx"}
    return [_point(row, "instId", "ts", "ms", names) for row in objects_at(body, "data")]


def parse_gate(body: Any) -> list[OptionPoint]:  # noqa: ANN401
    """Read ``options/tickers``."""
    names = {**_GREEKS, "mark_iv": "mark_iv", "mark_price": "mark_price"}
    return [_point(row, "name", "", "s", names) for row in objects_at(body)]


def parse_delta(body: Any) -> list[OptionPoint]:  # noqa: ANN401
    """Read one ticker, or all."""
    names = {name: f"greeks.{name}" for name in _GREEKS}
    names |= {"mark_iv": "quotes.mark_iv", "mark_price": "mark_price"}
    names["underlying_price"] = "greeks.spot"
    result = pick(body, "result")
    rows = [result] if isinstance(result, dict) else objects_at(body, "result")
    return [_point(row, "symbol", "timestamp", "us", names) for row in rows]


def parse_paradex(body: Any) -> list[OptionPoint]:  # noqa: ANN401
    """Read ``markets/summary``; only rows with a volatility are options."""
    names = {name: f"greeks.{name}" for name in ("delta", "gamma", "vega")}
    names |= {"mark_iv": "mark_iv", "mark_price": "mark_price"}
    names["underlying_price"] = "underlying_price"
    return [
        _point(row, "symbol", "", "ms", names)
        for row in objects_at(body, "results")
        if row.get("mark_iv")
    ]


def parse_deribit(body: Any) -> list[OptionPoint]:  # noqa: ANN401
    """Read a ticker or book summaries: volatility in percent, premium in coins if inverse."""
    result = pick(body, "result")
    rows = [result] if isinstance(result, dict) else objects_at(body, "result")
    return [_deribit_point(row) for row in rows]


def _deribit_point(row: Row) -> OptionPoint:
    iv, underlying = optional(row, "mark_iv"), positive(optional(row, "underlying_price"))
    premium = optional(row, "mark_price")
    is_linear = "_" in str(row.get("instrument_name")).partition("-")[0]
    if premium is not None and not is_linear:
        premium = None if underlying is None else premium * underlying
    return OptionPoint(
        market_id=str(row.get("instrument_name")),
        observed_at=instant(row.get("timestamp") or row.get("creation_timestamp"), "ms"),
        mark_iv=None if iv is None else iv / 100,
        delta=optional(row, "greeks.delta"),
        gamma=optional(row, "greeks.gamma"),
        vega=optional(row, "greeks.vega"),
        theta=optional(row, "greeks.theta"),
        mark_price=premium,
        underlying_price=underlying,
    )


PARSERS: Mapping[str, Parser] = MappingProxyType(
    {
        "binance": parse_binance,
        "bybit": parse_bybit,
        "okx": parse_okx,
        "gate": parse_gate,
        "delta": parse_delta,
        "paradex": parse_paradex,
        "deribit": parse_deribit,
    }
)
"""Parser by ccxt id."""
