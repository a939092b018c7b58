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

standing as (

    -- what stands at every distance from one of these numbers of steps up to the next
    select
        book,
        side,
        bin,
        least_steps as from_steps,
        core.exact_sum(base) as base
    from int_liquidation_alive
    group by book, side, bin, least_steps

),

reaches as (

    select
        standing.book,
        standing.side,
        standing.bin,
        standing.from_steps,
        coalesce(lead(standing.from_steps) over nearer - 1, 100000) as to_steps,
        cast(sum(cast(standing.base * 1e13 as hugeint)) over nearer as double) / 1e13 as base
    from standing
    window
        nearer as (
            partition by standing.book, standing.side, standing.bin
            order by standing.from_steps
        )

),

levels as (

    select
        reaches.book,
        reaches.side,
        reaches.bin
        + if(reaches.side = 'long', -distances.steps, distances.steps) as bin,
        core.exact_sum(reaches.base * distances.base) as base,
        core.exact_sum(reaches.base * distances.retail_heavy) as retail_heavy,
        core.exact_sum(reaches.base * distances.institutional) as institutional,
        core.exact_sum(reaches.base * distances.calibrated) as calibrated
    from reaches
    inner join spans
        on reaches.book = spans.book
    inner join int_liquidation_distances as distances
        on
            reaches.book = distances.book
            and reaches.side = distances.side
            and reaches.from_steps <= distances.steps
            and distances.steps <= least(
                reaches.to_steps,
                if(
                    reaches.side = 'long',
                    reaches.bin - spans.first_bin,
                    spans.last_bin - reaches.bin
                )
            )
    group by
        reaches.book,
        reaches.side,
        reaches.bin + if(reaches.side = 'long', -distances.steps, distances.steps)

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
