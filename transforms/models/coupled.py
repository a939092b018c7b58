"""Falls on two exchanges at once: the largest of an asset beside each other one (M25, M26)."""

from collections.abc import Sequence

import polars as pl

from oirisk.transforms.models.cascade import VenueBook, run_coupled

FALLS_PCT: Sequence[float] = (-3, -5, -10)
COUPLINGS: Sequence[float] = (0.0, 0.5, 1.0)

COUPLED_SCHEMA = {
    "asset": pl.String, "venue_large": pl.String, "venue_other": pl.String,
    "shock_pct": pl.Float64, "coupling": pl.Float64, "rounds": pl.Int32,
    "final_price_large": pl.Float64, "final_price_other": pl.Float64,
    "liquidated_base_large": pl.Float64, "liquidated_base_other": pl.Float64,
    "is_simulated": pl.Boolean, "covered_share": pl.Float64,
}  # fmt: skip


def coupled_grid(levels: pl.DataFrame) -> pl.DataFrame:
    """Run every fall at every coupling, for assets with levels and depth on two exchanges.

    Args:
        levels: Longs: ``asset, venue, place`` (1 is the largest exchange of the asset),
            ``depth_per_pct`` (base), ``covered_share`` (part of the asset's open interest on
            exchanges whose order books were read), ``price, base, mark, is_simulated``.

    Returns:
        Columns ``COUPLED_SCHEMA``.
    """
    rows: list[dict[str, object]] = []
    for _, part in sorted(levels.group_by("asset"), key=lambda item: item[0]):
        large, *others = part.partition_by("place", maintain_order=True)
        for other in others:
            rows += _pair(large, other)
    return pl.DataFrame(rows, schema=COUPLED_SCHEMA)


def _pair(large: pl.DataFrame, other: pl.DataFrame) -> list[dict[str, object]]:
    mark = float(large["mark"][0])
    books = {"large": _book(large), "other": _book(other)}
    rows: list[dict[str, object]] = []
    for shock in FALLS_PCT:
        for coupling in COUPLINGS:
            ended = run_coupled(mark, -shock / 100, books, coupling)
            rows.append({
                "asset": large["asset"][0],
                "venue_large": large["venue"][0],
                "venue_other": other["venue"][0],
                "shock_pct": float(shock),
                "coupling": coupling,
                "rounds": ended.rounds,
                "final_price_large": ended.price["large"],
                "final_price_other": ended.price["other"],
                "liquidated_base_large": ended.liquidated["large"],
                "liquidated_base_other": ended.liquidated["other"],
                "is_simulated": bool(large["is_simulated"].any() or other["is_simulated"].any()),
                "covered_share": float(large["covered_share"][0]),
            })  # fmt: skip
    return rows


def _book(levels: pl.DataFrame) -> VenueBook:
    ordered = levels.sort("price")
    return VenueBook(
        ordered["price"].to_numpy(), ordered["base"].to_numpy(), float(ordered["depth_per_pct"][0])
    )
