"""The simulated market as tables: the truth at an instant, and its histories."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
import polars as pl

from oirisk.sandbox.instruments import SimulatedInstrument
from oirisk.sandbox.paths import HOUR, Floats
from oirisk.sandbox.quotes import Quote
from oirisk.sandbox.states import States, on_steps, turnover_step, volume_step
from oirisk.schemas.columns import UTC_MICROSECONDS

_CONTRACT_VENUES = frozenset(
    {"binancecoinm", "bitmex", "delta", "gate", "htx", "kucoinfutures", "mexc", "okx", "phemex"}
)
_TEXT = ("venue", "product", "symbol", "asset", "kind", "margin")
_TRUTH = {
    "venue": pl.String,
    "product": pl.String,
    "market_id": pl.String,
    "symbol": pl.String,
    "asset": pl.String,
    "kind": pl.String,
    "margin": pl.String,
    "oi_base": pl.Float64,
    "oi_usd": pl.Float64,
    "mark_price": pl.Float64,
    "volume_24h_usd": pl.Float64,
    "funding_rate": pl.Float64,
    "oi_long_base": pl.Float64,
    "oi_short_base": pl.Float64,
}


def truth_table(quotes: Sequence[Quote]) -> pl.DataFrame:
    """Return what is really open, one row per contract, from exact decimals.

    Returns:
        Shape (contracts, 14). Open interest is single-sided, bases are coins (not thousands).
        ``mark_price`` of an option is the index; its volume is null, because what exchanges print
        for it is the premium paid. Longs and shorts are null where they are
        equal, everywhere but against a pool.
    """
    rows = [
        (
            *(getattr(quote.instrument, name) for name in list(_TRUTH)[:7]),
            float(quote.listed_base * quote.instrument.base_multiplier),
            float(quote.usd),
            float(_price(quote) / quote.instrument.base_multiplier),
            None if quote.instrument.kind == "option" else float(quote.volume_usd),
            None if quote.funding is None else float(quote.funding),
            *_sides(quote),
        )
        for quote in quotes
    ]
    return pl.DataFrame(rows, schema=_TRUTH, orient="row")


def _price(quote: Quote) -> Decimal:
    return quote.index if quote.instrument.kind == "option" else quote.mark


def _sides(quote: Quote) -> tuple[float | None, float | None]:
    if quote.instrument.kind != "pool":
        return None, None
    longs, shorts = (
        replace(quote, size=side).listed_base * quote.instrument.base_multiplier
        for side in quote.sides
    )
    return float(longs), float(shorts)


def history_table(states: States, positions: Floats, instants: pl.Series) -> pl.DataFrame:
    """Return open interest with prices, volume and funding, one row per instant and contract.

    Returns:
        Shape (instants x contracts, 18), instants in order, contracts as listed. Prices are USD
        per coin; ``oi_contracts`` is null on exchanges that do not count in contracts.
    """
    multiplier, step = states.column("base_multiplier"), states.column("price_step")
    mark, index, last = (
        on_steps(counts, step) / multiplier for counts in states.price_counts(positions)
    )
    size = on_steps(states.size_counts(positions), states.column("size_step"))
    amount = size * states.column("oi_unit")
    in_usd = np.array([[it.is_usd] for it in states.contracts])
    usd = np.where(in_usd, amount, amount * mark * multiplier)
    base = np.where(in_usd, amount / mark, amount * multiplier)
    counted = np.array([[it.venue in _CONTRACT_VENUES] for it in states.contracts])
    traded = _rounded_volumes(states, positions)
    columns = {
        "oi_contracts": np.where(counted, size, np.nan),
        "oi_base": base,
        "oi_usd": usd,
        "mark_price": mark,
        "index_price": index,
        "last_price": last,
        "volume_24h_base": traded[0],
        "volume_24h_usd": traded[1],
        "funding_rate": states.funding(positions),
    }
    return (
        _long(states.contracts, instants, columns)
        .with_columns(pl.col("snapshot_at").alias("observed_at"))
        .select("snapshot_at", "observed_at", *_TEXT, *columns, "funding_interval_hours")
    )


def _rounded_volumes(states: States, positions: Floats) -> tuple[Floats, Floats]:
    base_step = np.array([[float(volume_step(it))] for it in states.contracts])
    usd_step = np.array([[float(turnover_step(it))] for it in states.contracts])
    base, usd = states.traded(positions)
    base = on_steps(np.rint(base / base_step), base_step) * states.column("base_multiplier")
    return base, on_steps(np.rint(usd / usd_step), usd_step)


def bar_table(
    states: States, positions: Floats, instants: pl.Series, step: timedelta
) -> pl.DataFrame:
    """Return price bars that start at the instants given.

    Open and close are the mark prices at the bar's ends, so the close of one is the open of the
    next; highs and lows reach beyond both by the simulated range of each hour.

    Returns:
        Shape (instants x contracts, 11), instants in order, contracts as listed. Prices are USD
        per coin, volumes single-counted.
    """
    hours = step // HOUR
    scale = states.column("price_step"), states.column("base_multiplier")
    edges = (positions[:, None] + np.arange(hours + 1)).ravel()
    shape = (len(states.contracts), len(positions), hours + 1)
    counts = states.price_counts(edges)[0]
    marks = (on_steps(counts, scale[0]) / scale[1]).reshape(shape)
    first = np.floor(positions[:, None] + np.arange(hours)).astype(np.intp)
    wick_up = states.coins.wick_up[:, first][states.rows]
    wick_down = states.coins.wick_down[:, first][states.rows]
    upper = np.maximum(marks[..., :-1], marks[..., 1:]) * (1 + wick_up)
    lower = np.minimum(marks[..., :-1], marks[..., 1:]) * (1 - wick_down)
    base, usd = states.traded(positions + hours, hours)
    columns = {
        "open": marks[..., 0],
        "high": upper.max(axis=2),
        "low": lower.min(axis=2),
        "close": marks[..., -1],
        "volume_base": base * scale[1],
        "volume_usd": usd,
    }
    name = f"{hours // 24}d" if hours % 24 == 0 else f"{hours}h"
    table = _long(states.contracts, instants, columns).rename({"snapshot_at": "bar_at"})
    return table.with_columns(pl.lit(name).alias("interval")).select(
        "bar_at", "interval", "venue", "symbol", "asset", *columns
    )


def _long(
    contracts: Sequence[SimulatedInstrument], instants: pl.Series, columns: dict[str, Floats]
) -> pl.DataFrame:
    """Lay arrays of shape (contracts, instants) below one another, one instant after another."""
    count = len(contracts)
    named = pl.DataFrame(
        [(*(getattr(it, name) for name in _TEXT), _hours(it.funding_hours)) for it in contracts],
        schema=[*((name, pl.String) for name in _TEXT), ("funding_interval_hours", pl.Float64)],
        orient="row",
    )
    order = np.tile(np.arange(count, dtype=np.uint32), len(instants))
    text = named[order]
    at = instants.gather(np.repeat(np.arange(len(instants), dtype=np.uint32), count))
    values = [
        pl.Series(name, np.ascontiguousarray(array.T).ravel(), nan_to_null=True)
        for name, array in columns.items()
    ]
    return text.with_columns(at.alias("snapshot_at"), *values)


def _hours(hours: int | None) -> float | None:
    return None if hours is None else float(hours)


def instants(since: datetime, step: timedelta, count: int) -> pl.Series:
    """Return ``count`` instants, ``step`` apart, as microseconds UTC."""
    return pl.Series(
        "snapshot_at", [since + number * step for number in range(count)], dtype=UTC_MICROSECONDS
    )
