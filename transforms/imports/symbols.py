"""What follows from a symbol: kind, margin and coin; and the symbol of a Binance market id."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import polars as pl

from oirisk.schemas.columns import UTC_MICROSECONDS, Dtype
from oirisk.schemas.instruments import is_dollar, is_symbol
from oirisk.transforms.assets import canonical_asset

_PARTS = re.compile(
    r"(?P<base>[^/]+)/(?P<quote>[^:]+):(?P<settle>[^-]+)(?P<dated>-\d{6})?(?P<option>(?:-[\d.]+)?-[CP])?"
)
_UNDATED = ("-C", "-P")
"""What follows when six digits are a strike and not a day."""
_USDM = re.compile(r"(?P<base>[A-Z0-9]+?)(?P<quote>USDT|USDC|BUSD|USD1)(?:_(?P<expiry>\d{6}))?")
_ID_OF_SETTLED = re.compile(r"\w*SETTLED\w*")

TERMS_DTYPES: dict[str, Dtype] = {
    "symbol": pl.String,
    "symbol_kind": pl.String,
    "symbol_margin": pl.String,
    "symbol_asset": pl.String,
    "symbol_ends": UTC_MICROSECONDS,
    "symbol_problem": pl.String,
}
METRICS_TERMS_DTYPES: dict[str, Dtype] = {
    "market_id": pl.String,
    "symbol": pl.String,
    "asset": pl.String,
    "multiplier": pl.Float64,
    "symbol_ends": UTC_MICROSECONDS,
    "symbol_problem": pl.String,
}


def symbol_terms(symbols: Iterable[str | None]) -> pl.DataFrame:
    """Tell what each symbol says.

    Args:
        symbols: Different unified ccxt symbols.

    Returns:
        A frame with the columns of ``TERMS_DTYPES``, one row per symbol; ``symbol_ends`` is the
        end of the day that a dated contract expires on, ``symbol_problem`` is ``check: reason``
        where the symbol is none or out of scope.
    """
    rows = [_terms(symbol) for symbol in symbols if symbol is not None]
    return pl.DataFrame(rows, schema=TERMS_DTYPES, orient="row")


@lru_cache(maxsize=65536)
def _terms(
    symbol: str,
) -> tuple[str, str | None, str | None, str | None, datetime | None, str | None]:
    parts = _PARTS.fullmatch(symbol) if is_symbol(symbol) else None
    if parts is None:
        return symbol, None, None, None, None, _not_a_symbol(symbol)
    is_dated = parts["dated"] and parts["option"] not in _UNDATED
    ends = _end_of_day(parts["dated"][1:]) if is_dated else None
    if is_dated and ends is None:
        return symbol, None, None, None, None, _not_a_symbol(symbol)
    quote, settle = parts["quote"], parts["settle"]
    asset, _ = canonical_asset(parts["base"])
    if not is_dollar(quote):
        problem = f"quote_in_usd: no USD rate for quote {quote!r}"
        return symbol, None, None, asset, ends, problem
    kind = "option" if parts["option"] else "future" if parts["dated"] else "perp"
    return symbol, kind, _margin(parts["base"], quote, settle), asset, ends, None


def _end_of_day(digits: str) -> datetime | None:
    """Return when the day of six digits ends, UTC; None where they are no year, month and day."""
    try:
        return datetime.strptime(digits, "%y%m%d").replace(tzinfo=UTC) + timedelta(days=1)
    except ValueError:
        return None


def _not_a_symbol(symbol: str) -> str:
    shown = symbol if len(symbol) <= 80 else symbol[:80] + "…"  # noqa: PLR2004 -- a line's worth
    return (
        "valid_symbol: expected a ccxt symbol such as BTC/USDT:USDT or BTC/USD:BTC-241227, "
        f"saw {shown!r}"
    )


def _margin(base: str, quote: str, settle: str) -> str:
    if settle == quote or is_dollar(settle):
        return "linear"
    return "inverse" if canonical_asset(settle)[0] == canonical_asset(base)[0] else "quanto"


def metrics_terms(ids: Iterable[str | None]) -> pl.DataFrame:
    """Tell which ccxt symbol, coin and multiplier each Binance USD-M market id stands for.

    Returns:
        A frame with the columns of ``METRICS_TERMS_DTYPES``, one row per id.
    """
    rows = [_metrics_terms(market_id) for market_id in ids if market_id is not None]
    return pl.DataFrame(rows, schema=METRICS_TERMS_DTYPES, orient="row")


@lru_cache(maxsize=65536)
def _metrics_terms(
    market_id: str,
) -> tuple[str, str | None, str | None, float | None, datetime | None, str | None]:
    parts = _USDM.fullmatch(market_id)
    if parts is None or _ID_OF_SETTLED.fullmatch(market_id):
        problem = (
            "usdm_symbol: expected a USD-margined Binance market such as BTCUSDT (coin-margined "
            f"metrics count contracts), saw {market_id[:80]!r}"
        )
        return market_id, None, None, None, None, problem
    asset, multiplier = canonical_asset(parts["base"])
    dated = f"-{parts['expiry']}" if parts["expiry"] else ""
    symbol = f"{parts['base']}/{parts['quote']}:{parts['quote']}{dated}"
    ends = _end_of_day(parts["expiry"]) if parts["expiry"] else None
    return market_id, symbol, asset, float(multiplier), ends, None
