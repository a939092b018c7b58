"""Settle by their prices the names that may be a multiple of a coin: KFOO, MFOO, 1000X."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

import polars as pl

from oirisk.schemas.instruments import Instrument
from oirisk.schemas.tables.open_interest import SIDES
from oirisk.transforms.assets import possible_multiple

TOLERANCE = 0.05
"""So far the price of a multiple may lie from that of its coins."""

Key = tuple[str, str]
"""Exchange and symbol."""


@dataclass(frozen=True)
class Multiple:
    """What a listed name is a multiple of."""

    asset: str
    multiplier: Decimal


@dataclass(frozen=True)
class Settled:
    """Names, settled or not.

    Args:
        multiples: Names that prices show to be multiples.
        open: Names that may be multiples, and whose prices do not tell.
    """

    multiples: Mapping[Key, Multiple]
    open: Mapping[Key, Multiple]


def settle_names(instruments: Iterable[Instrument], rows: pl.DataFrame) -> Settled:
    """Tell which names are multiples: those whose price is that of so many coins.

    A name is looked at only where the coin is listed by itself, too. A contract without a price
    goes by that of the same name elsewhere.

    Args:
        instruments: All that is listed.
        rows: Accepted rows of all exchanges with the columns of open-interest candidates.
    """
    listed = list(instruments)
    assets = {one.asset for one in listed}
    value = pl.coalesce("mark_price", pl.col("oi_usd") / pl.col("oi_base"))
    perpetuals = rows.filter(pl.col("kind") == "perp").with_columns(value.alias("price"))
    priced = perpetuals.filter(pl.col("price").is_finite() & (pl.col("price") > 0))
    coins = dict(priced.group_by("asset").agg(pl.col("price").median()).iter_rows())
    prices = {
        (venue, symbol): price
        for venue, symbol, price in priced.select("venue", "symbol", "price").iter_rows()
    }
    multiples: dict[Key, Multiple] = {}
    unsettled: dict[Key, Multiple] = {}
    for key, own, found in _possible(listed, assets):
        price, coin = prices.get(key, coins.get(own)), coins.get(found.asset)
        if price is None or coin is None:
            unsettled[key] = found
        elif abs(price / (coin * float(found.multiplier)) - 1) <= TOLERANCE:
            multiples[key] = found
    return Settled(multiples, unsettled)


def _possible(
    listed: Iterable[Instrument], assets: set[str]
) -> Iterator[tuple[Key, str, Multiple]]:
    for one in listed:
        found = possible_multiple(one.asset) if one.base_multiplier == 1 else None
        if found is not None and found[0] in assets and one.is_active:
            yield (one.venue, one.symbol), one.asset, Multiple(*found)


def as_known(instrument: Instrument, known: tuple[str, float] | None) -> Instrument:
    """Name an instrument as it is known to be: a multiple of the coin that its name may speak of.

    Args:
        instrument: As its name alone tells.
        known: Asset and coins per listed base of an earlier run; None where there is none.
    """
    possible = possible_multiple(instrument.asset)
    if possible is None or known is None or known != (possible[0], float(possible[1])):
        return instrument
    return replace(instrument, asset=possible[0], base_multiplier=possible[1])


def in_coins(rows: pl.DataFrame, multiples: Mapping[Key, Multiple]) -> pl.DataFrame:
    """Restate rows of multiples in their coins: amounts times the number, prices over it.

    Args:
        rows: With ``venue, symbol`` and the figures of open-interest candidates.
        multiples: What their names are multiples of.
    """
    if not multiples:
        return rows
    table = pl.DataFrame(
        [(*key, one.asset, float(one.multiplier)) for key, one in multiples.items()],
        schema=["venue", "symbol", "coin", "number"],
        orient="row",
    )
    joined = rows.join(table, on=["venue", "symbol"], how="left", maintain_order="left")
    number = pl.col("number").fill_null(1.0)
    return joined.with_columns(
        pl.coalesce("coin", "asset").alias("asset"),
        *((pl.col(name) * number).alias(name) for name in ("oi_base", *SIDES, "volume_24h_base")),
        *(
            (pl.col(name) / number).alias(name)
            for name in ("mark_price", "index_price", "last_price")
        ),
    ).drop("coin", "number")
