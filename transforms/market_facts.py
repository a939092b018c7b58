"""Judge facts beside open interest: a row that cannot be true is refused, with its reason."""

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl

from oirisk.transforms.imports.judge import REJECT_DTYPES, Judged

Check = tuple[str, str, pl.Expr]
"""Name, what is expected, and the rows that break it."""


def _not_amount(*names: str) -> pl.Expr:
    """Return rows where an amount is negative or no number; one that is missing is none of them."""
    return pl.any_horizontal(
        *((~pl.col(name).is_finite()) | (pl.col(name) < 0) for name in names)
    ).fill_null(value=False)


def _outside(low: float, high: float, *names: str) -> pl.Expr:
    return pl.any_horizontal(*(~pl.col(name).is_between(low, high) for name in names)).fill_null(
        value=False
    )


CHECKS: Mapping[str, tuple[Check, ...]] = MappingProxyType(
    {
        "core.positioning": (
            ("share", "expected shares from 0 to 1", _outside(0, 1, "long_share", "short_share")),
        ),
        "core.liquidations": (
            ("amount", "expected amounts of 0 or more", _not_amount("price", "base", "usd")),
        ),
        "core.depth": (("amount", "expected amounts of 0 or more", _not_amount("base", "usd")),),
        "core.leverage_tiers": (
            (
                "amount",
                "expected sizes and leverage of 0 or more",
                _not_amount(
                    "floor_usd", "cap_usd", "floor_base", "cap_base", "max_leverage",
                    "maintenance_amount",
                ),
            ),
            ("rate", "expected a rate from 0 to 1", _outside(0, 1, "maintenance_margin_rate")),
            (
                "order",
                "expected a largest size above the least",
                (
                    (pl.col("cap_usd") <= pl.col("floor_usd")).fill_null(value=False)
                    | (pl.col("cap_base") <= pl.col("floor_base")).fill_null(value=False)
                ),
            ),
        ),
        "core.options": (
            (
                "terms",
                "expected expiry, strike and type",
                pl.any_horizontal(
                    pl.col("expiry").is_null(), pl.col("strike").is_null(),
                    ~pl.col("option_type").is_in(["call", "put"]).fill_null(value=False),
                ),
            ),
            (
                "amount",
                "expected a volatility and prices of 0 or more",
                _not_amount("mark_iv", "mark_price", "underlying_price"),
            ),
            ("delta", "expected a delta from -1 to 1", _outside(-1, 1, "delta")),
            (
                "greek",
                "expected numbers",
                pl.any_horizontal(*(~pl.col(one).is_finite() for one in ("gamma", "vega", "theta")))
                .fill_null(value=False),
            ),
        ),
    }
)  # fmt: skip
"""Checks by table; the first that a row breaks refuses it."""


def judge_facts(table: str, rows: pl.DataFrame) -> Judged:
    """Split rows of a fact into accepted and refused ones.

    Args:
        table: One of :data:`CHECKS`.
        rows: Its columns, without those of the load.

    Returns:
        Both parts; accepted + refused = received, always.
    """
    refused: list[pl.DataFrame] = []
    for name, reason, breaks in CHECKS[table]:
        broken = rows.filter(breaks)
        rows = rows.filter(~breaks)
        if broken.height:
            text = broken.with_columns(pl.selectors.temporal().cast(pl.String))
            refused.append(
                text.with_columns(
                    pl.struct(pl.all()).struct.json_encode().alias("record"),
                    pl.lit(f"{table}.{name}").alias("check_name"),
                    pl.lit(reason).alias("reason"),
                ).select(list(REJECT_DTYPES))
            )
    return Judged(rows, pl.concat([pl.DataFrame(schema=REJECT_DTYPES), *refused]))
