"""From a batch of an imported file to candidate rows: whole columns at a time, nothing guessed."""

from collections.abc import Callable
from datetime import datetime, timedelta

import polars as pl

from oirisk.schemas.columns import Candidate
from oirisk.schemas.tables.imported import (
    FILE_DAY,
    METRICS_DTYPES,
    METRICS_RATIOS,
    OPEN_INTEREST_DTYPES,
)
from oirisk.schemas.tables.open_interest import ROUTE_TOLERANCE, SIDES
from oirisk.schemas.times import METRICS_TIME
from oirisk.transforms.imports.columns import typed
from oirisk.transforms.imports.symbols import metrics_terms, symbol_terms
from oirisk.transforms.imports.times import stood_at
from oirisk.transforms.imports.venues import VenueNames, one_name, venue_terms

FIRST_COIN = datetime(2009, 1, 3)  # noqa: DTZ001 -- compared as UTC below
_SKEW = timedelta(minutes=5)
_METRICS_VENUE = "binanceusdm"


def read_rows(
    frame: pl.DataFrame,
    names: VenueNames,
    now: datetime,
    *,
    contract: type[Candidate],
    at: str,
    complete: Callable[[pl.DataFrame], pl.DataFrame] = lambda rows: rows,
) -> pl.DataFrame:
    """Read a batch whose rows name venue, symbol and coin as everywhere here.

    Args:
        frame: Columns as received.
        names: What the order books are called.
        now: Nothing may be later.
        contract: What is read; a number that it allows to be absent may be NaN.
        at: Column of the instant.
        complete: Fills what follows from other columns and from what symbol and venue say; a
            ``row_problem`` of it is one of the row's.

    Returns:
        A frame with the columns of the contract, one row per row received, in order.
    """
    columns = contract.to_schema().columns
    dtypes = contract.dtypes(without={"problem"})
    read, unread = typed(frame, dtypes)
    optional = [name for name, of in dtypes.items() if of == pl.Float64 and columns[name].nullable]
    filled = read.with_columns(unread, *_told_quality(frame), pl.col(optional).fill_nan(None))
    joined = _with_terms(filled, names)
    rows = complete(joined)
    if "kind" not in dtypes:
        rows = rows.with_columns(kind="symbol_kind", margin="symbol_margin")
    return one_name(rows, names).with_columns(
        _problem(
            pl.col("problem"), _superseded(frame), _simulated(frame),
            *_out_of_time(joined, at, now), pl.col("symbol_problem"), *_wrong_names(joined),
            *(pl.col(name) for name in ("row_problem",) if name in rows.columns),
        )
    ).select(*dtypes, "problem")  # fmt: skip


def _with_terms(rows: pl.DataFrame, names: VenueNames) -> pl.DataFrame:
    """Put beside each row what its symbol and its venue say."""
    symbols = symbol_terms(rows["symbol"].unique())
    venues = venue_terms(rows["venue"].unique(), names)
    joined = rows.join(symbols, on="symbol", how="left", maintain_order="left")
    if not venues["venue_problem"].count():
        return joined.with_columns(pl.lit(None, dtype=pl.String).alias("venue_problem"))
    return joined.join(venues, on="venue", how="left", maintain_order="left")


def complete_open_interest(rows: pl.DataFrame) -> pl.DataFrame:
    """Fill what follows from other columns.

    ``oi_usd`` is coins times mark price, kind and margin follow from the symbol, the observation
    is of the snapshot instant.
    """
    filled = rows.with_columns(
        pl.coalesce("observed_at", "snapshot_at").alias("observed_at"),
        pl.coalesce("kind", "symbol_kind").alias("kind"),
        pl.coalesce("margin", "symbol_margin").alias("margin"),
        pl.col("unit_rule").fill_null("import"),
    )
    # an option's own mark may be a premium: what it is worth goes by its underlying
    is_option = pl.col("kind") == "option"
    underlying = pl.coalesce("index_price", "mark_price")
    price = pl.when(is_option).then(underlying).otherwise("mark_price")
    product = pl.col("oi_base") * price
    disagrees = _apart(product) & (~is_option | _apart(pl.col("oi_base") * pl.col("mark_price")))
    unpriced = pl.col("oi_usd").is_null() & price.is_null()
    completed = filled.with_columns(
        pl.when(disagrees | unpriced)
        .then(pl.lit("suspect"))
        .otherwise(pl.col("quality").fill_null("ok"))
        .alias("quality"),
        pl.coalesce("oi_usd", product).alias("oi_usd"),
        pl.coalesce("pool_net_base", pl.col("oi_short_base") - pl.col("oi_long_base")),
        pl.col("counting_factor").fill_nan(None).fill_null(1.0),
    )
    return completed.with_columns(pl.coalesce(*_wrong_sides(completed)).alias("row_problem"))


def _apart(product: pl.Expr) -> pl.Expr:
    """Return whether the file's own USD lies further from a product than routes may."""
    gap = (pl.col("oi_usd") - product).abs()
    return (gap > ROUTE_TOLERANCE * pl.max_horizontal("oi_usd", product)).fill_null(value=False)


def _problem(*parts: pl.Expr) -> pl.Expr:
    return pl.coalesce(*parts).alias("problem")


def _told_quality(frame: pl.DataFrame) -> list[pl.Expr]:
    """Return what rows say of themselves: those around them are judged anew where they go."""
    if "suspect_reason" not in frame.columns or "quality" not in frame.columns:
        return []
    judged = pl.Series(frame["suspect_reason"].is_not_null())
    return [pl.when(judged).then(pl.lit("ok")).otherwise("quality").alias("quality")]


def _superseded(frame: pl.DataFrame) -> pl.Expr:
    if "superseded_at" not in frame.columns or not frame["superseded_at"].count():
        return pl.lit(None, dtype=pl.String)
    told = pl.lit("is_current: expected current rows, saw superseded_at filled")
    return pl.when(pl.Series(frame["superseded_at"].is_not_null())).then(told)


def _simulated(frame: pl.DataFrame) -> pl.Expr:
    if "is_simulated" not in frame.columns:
        return pl.lit(None, dtype=pl.String)
    text = frame["is_simulated"].cast(pl.String, strict=False).str.to_lowercase()
    told = pl.lit("is_real: simulated rows cannot be imported")
    return pl.when(text.is_in(["true", "t", "1"])).then(told)


def _told(rows: pl.DataFrame, where: pl.Expr, words: pl.Expr) -> pl.Expr:
    """Word a problem where it is; no words are made for a batch that does not have it."""
    if not rows.select(where.fill_null(value=False).any()).item():
        return pl.lit(None, dtype=pl.String)
    return pl.when(where).then(words)


def _out_of_time(rows: pl.DataFrame, name: str, now: datetime) -> tuple[pl.Expr, ...]:
    first, last = FIRST_COIN.replace(tzinfo=now.tzinfo), now + _SKEW
    late = f"not_from_the_future: {name}: expected at most {last:%Y-%m-%dT%H:%MZ}"
    early = f"after_the_first_coin: {name}: expected milliseconds or a date since 2009"
    ended = pl.lit("not_expired: the contract of this symbol ended by ") + pl.col(
        "symbol_ends"
    ).dt.to_string("%Y-%m-%dT%H:%MZ")
    return (
        _told(rows, pl.col(name) > last, pl.lit(late)),
        _told(rows, pl.col(name) < first, pl.lit(early)),
        _told(rows, pl.col(name) >= pl.col("symbol_ends"), ended),
    )


def _wrong_names(rows: pl.DataFrame) -> tuple[pl.Expr, ...]:
    """Say where venue or coin are not named as everywhere else."""
    venue, asset, base = pl.col("venue"), pl.col("asset"), pl.col("symbol_asset")
    words = (
        pl.lit("canonical_asset: the coin of this symbol is ")
        + base
        + pl.lit(", with amounts and prices of one coin; saw ")
        + asset
    )
    unnamed = pl.lit("venue_named: expected a ccxt id, saw ''")
    return (
        _told(rows, asset != base, words),
        _told(rows, venue.str.strip_chars().str.len_bytes() == 0, unnamed),
        pl.col("venue_problem"),
    )


def _wrong_sides(rows: pl.DataFrame) -> tuple[pl.Expr, ...]:
    """Say where longs and shorts are missing, or are not those of the open interest (M43)."""
    longs, shorts, net = (pl.col(name) for name in SIDES)
    is_pool = pl.col("kind") == "pool"
    room = 1e-9 * pl.col("oi_base")
    differs = ((pl.max_horizontal(longs, shorts) - pl.col("oi_base")).abs() > room) | (
        (shorts - longs - net).abs() > room
    )
    has_sides = pl.any_horizontal(one.is_not_null() for one in (longs, shorts, net))
    return (
        _told(
            rows,
            is_pool & (longs.is_null() | shorts.is_null()),
            pl.lit("sides_known: kind pool needs oi_long_base and oi_short_base"),
        ),
        _told(
            rows,
            is_pool & differs,
            pl.lit(
                "sides_agree: expected the larger side as oi_base, and shorts less longs as "
                "pool_net_base"
            ),
        ),
        _told(
            rows,
            ~is_pool & has_sides,
            pl.lit("sides_of_a_pool: longs and shorts differ against a pool alone: kind pool"),
        ),
    )


def metrics_candidates(frame: pl.DataFrame, _names: VenueNames, now: datetime) -> pl.DataFrame:
    """Read a batch of a Binance Vision metrics file.

    ``sum_open_interest`` is in units of the listed base, single-sided; the mark price follows
    from the value. A row without a value is suspect: nobody knows what it is worth. Whether
    ``create_time`` is the start or the end of the five minutes, ``time_rules.toml`` says.

    Args:
        frame: The eight columns as received, and the day of their file where it is known.
        now: Nothing may be later.

    Returns:
        A frame with the columns of ``ImportedOpenInterest`` and the four ratios, one row per row
        received, in order.

    Source:
        https://github.com/binance/binance-public-data; its issues 287, 350 and 484 for defects.
    """
    rows, unread = typed(frame, METRICS_DTYPES)
    days = [frame[FILE_DAY]] if FILE_DAY in frame.columns else []
    timed = stood_at(rows.with_columns(days), "create_time", METRICS_TIME)
    named = timed.rename({"symbol": "market_id", "create_time": "snapshot_at"})
    terms = metrics_terms(named["market_id"].unique())
    joined = named.with_columns(unread).join(
        terms, on="market_id", how="left", maintain_order="left"
    )
    amount, value = pl.col("sum_open_interest"), pl.col("sum_open_interest_value")
    base = amount * pl.col("multiplier")
    problem = _problem(
        pl.col("problem"),
        *_out_of_time(joined, "snapshot_at", now),
        pl.col("time_problem"),
        pl.col("symbol_problem"),
        _no_value(),
        *_bad_ratios(),
    )
    absent = [
        pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in OPEN_INTEREST_DTYPES.items()
        if name in {"oi_contracts", *SIDES, "index_price", "last_price", "volume_24h_base",
                    "volume_24h_usd", "funding_rate", "funding_interval_hours"}
    ]  # fmt: skip
    return joined.with_columns(
        pl.col("snapshot_at").alias("observed_at"),
        pl.lit(_METRICS_VENUE).alias("venue"),
        pl.when(pl.col("symbol").str.contains("-")).then(pl.lit("future")).otherwise(pl.lit("perp")).alias("kind"),
        pl.lit("linear").alias("margin"),
        base.alias("oi_base"),
        value.alias("oi_usd"),
        pl.when(base > 0).then(value / base).alias("mark_price"),
        pl.lit("import").alias("unit_rule"),
        pl.lit(1.0).alias("counting_factor"),
        pl.when(value.is_null()).then(pl.lit("suspect")).otherwise(pl.lit("ok")).alias("quality"),
        *absent,
        problem,
    ).select(*OPEN_INTEREST_DTYPES, *METRICS_RATIOS, "problem")  # fmt: skip


def _no_value() -> pl.Expr:
    amount, value = pl.col("sum_open_interest"), pl.col("sum_open_interest_value")
    told = pl.lit("value_positive: expected a value above 0 beside open interest")
    return pl.when((amount > 0) & (value <= 0)).then(told)


def _bad_ratios() -> tuple[pl.Expr, ...]:
    return tuple(
        pl.when((pl.col(name) < 0) | ~pl.col(name).is_finite()).then(
            pl.lit(f"ratio_not_negative: {name}: expected a finite ratio of at least 0")
        )
        for name in METRICS_RATIOS
    )


def shares(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the shares behind the ratios of metrics, one row per measure.

    A ratio of 0 between accounts or positions is a hole of the source, not a market without longs.
    """
    ratio = pl.col("ratio")
    return (
        rows.unpivot(
            list(METRICS_RATIOS), index=["snapshot_at", "venue", "symbol", "asset"],
            variable_name="measure", value_name="ratio",
        )
        .with_columns(pl.col("measure").replace_strict(METRICS_RATIOS))
        .filter((ratio > 0) | ((pl.col("measure") == "taker") & ratio.is_not_null()))
        .select(
            pl.col("snapshot_at").alias("at"), "venue", "symbol", "asset", "measure",
            pl.lit("5m").alias("period"),
            (ratio / (1 + ratio)).alias("long_share"),
            (1 / (1 + ratio)).alias("short_share"),
        )
        .sort("at", "venue", "symbol", "measure")
    )  # fmt: skip
