-- int_liquidation_levels: base that would be liquidated in each price bin.
-- Grain   one row per (asset, venue, side, bin)
-- Inputs  int_liquidation_alive, int_liquidation_distances, int_liquidation_scales,
--         int_liquidation_books
-- Params  $bin_pct        double, width of a bin in percent
--         $map_range_pct  double, how far around the mark
-- A level on the wrong side of the mark cannot be: a long's is below every price since.
with

spans as (

    select
        books.book,
        books.mark_bin,
        cast(floor(ln(books.mark * (1 - $map_range_pct / 100)) / ln(1 + $bin_pct / 100)) as integer)
            as first_bin,
        cast(floor(ln(books.mark * (1 + $map_range_pct / 100)) / ln(1 + $bin_pct / 100)) as integer)
            as last_bin
    from int_liquidation_books as books

),

levels as (

    select
        alive.book,
        alive.side,
        alive.bin
        + if(alive.side = 'long', -distances.steps, distances.steps) as bin,
        core.exact_sum(alive.base * distances.base) as base,
        core.exact_sum(alive.base * distances.retail_heavy) as retail_heavy,
        core.exact_sum(alive.base * distances.institutional) as institutional,
        core.exact_sum(alive.base * distances.calibrated) as calibrated
    from int_liquidation_alive as alive
    inner join spans
        on alive.book = spans.book
    inner join int_liquidation_distances as distances
        on
            alive.book = distances.book
            and alive.side = distances.side
            and alive.least_steps <= distances.steps
            and distances.steps <= if(
                alive.side = 'long', alive.bin - spans.first_bin, spans.last_bin - alive.bin
            )
    group by
        alive.book,
        alive.side,
        alive.bin + if(alive.side = 'long', -distances.steps, distances.steps)

),

scaled as (

    select
        scales.asset,
        scales.venue,
        levels.side,
        levels.bin,
        core.exact_sum(levels.base * coalesce(scales.scale_base, 0)) as base,
        core.exact_sum(levels.retail_heavy * coalesce(scales.scale_retail_heavy, 0))
            as retail_heavy,
        core.exact_sum(levels.institutional * coalesce(scales.scale_institutional, 0))
            as institutional,
        core.exact_sum(levels.calibrated * coalesce(scales.scale_calibrated, 0))
            as calibrated,
        bool_or(scales.is_simulated) as is_simulated
    from levels
    inner join int_liquidation_scales as scales
        on
            levels.book = scales.book
            and levels.side = scales.side
    group by scales.asset, scales.venue, levels.side, levels.bin

)

select
    *,
    pow(1 + $bin_pct / 100, bin) as price_low,
    pow(1 + $bin_pct / 100, bin + 1) as price_high
from scaled
order by asset, venue, side, bin
