-- int_liquidation_levels: base that would be liquidated in each price bin.
-- Grain   one row per (asset, venue, side, bin)
-- Inputs  int_liquidation_alive, int_liquidation_distances, int_liquidation_scales,
--         int_liquidation_books, int_liquidation_rules
-- Params  $bin_pct        double, width of a bin in percent
--         $map_range_pct  double, how far around the mark
-- A level on the wrong side of the mark cannot be: a long's is below every price since. The bin
-- that holds the mark ends there on either side.
with

spans as (

    select
        books.book,
        books.mark,
        rules.rule,
        cast(floor(ln(books.mark * (1 - $map_range_pct / 100)) / ln(1 + $bin_pct / 100)) as integer)
            as first_bin,
        cast(floor(ln(books.mark * (1 + $map_range_pct / 100)) / ln(1 + $bin_pct / 100)) as integer)
            as last_bin
    from int_liquidation_books as books
    inner join int_liquidation_rules as rules
        on books.book = rules.book
    where books.mark_bin is not null

),

standing as (

    -- what stands at every distance from one of these numbers of steps up to the next
    select
        book,
        side,
        bin,
        least_steps as from_steps,
        core.exact_sum(base) as base,
        core.exact_sum(retail_heavy) as retail_heavy,
        core.exact_sum(institutional) as institutional,
        core.exact_sum(calibrated) as calibrated
    from int_liquidation_alive
    group by book, side, bin, least_steps

),

reaches as (

    select
        standing.book,
        standing.side,
        standing.bin,
        standing.from_steps,
        lead(standing.from_steps) over nearer - 1 as to_steps,
        cast(sum(cast(standing.base * 1e13 as hugeint)) over nearer as double) / 1e13
            as base,
        cast(sum(cast(standing.retail_heavy * 1e13 as hugeint)) over nearer as double) / 1e13
            as retail_heavy,
        cast(sum(cast(standing.institutional * 1e13 as hugeint)) over nearer as double) / 1e13
            as institutional,
        cast(sum(cast(standing.calibrated * 1e13 as hugeint)) over nearer as double) / 1e13
            as calibrated
    from standing
    window
        nearer as (
            partition by standing.book, standing.side, standing.bin
            order by standing.from_steps
        )

),

ladders as (

    -- each number of steps by itself: joined by equals, not by a range
    select
        reaches.book,
        reaches.side,
        reaches.bin,
        reaches.base,
        reaches.retail_heavy,
        reaches.institutional,
        reaches.calibrated,
        spans.rule,
        spans.mark,
        unnest(
            range(
                reaches.from_steps,
                least(
                    reaches.to_steps,
                    if(
                        reaches.side = 'long',
                        reaches.bin - spans.first_bin,
                        spans.last_bin - reaches.bin
                    )
                ) + 1
            )
        ) as steps
    from reaches
    inner join spans
        on reaches.book = spans.book

),

levels as (

    select
        ladders.book,
        ladders.side,
        ladders.bin + if(ladders.side = 'long', -ladders.steps, ladders.steps) as bin,
        any_value(ladders.mark) as mark,
        core.exact_sum(ladders.base * distances.base) as base,
        core.exact_sum(ladders.retail_heavy * distances.retail_heavy) as retail_heavy,
        core.exact_sum(ladders.institutional * distances.institutional) as institutional,
        core.exact_sum(ladders.calibrated * distances.calibrated) as calibrated
    from ladders
    inner join int_liquidation_distances as distances
        on
            ladders.rule = distances.rule
            and ladders.side = distances.side
            and ladders.steps = distances.steps
    group by
        ladders.book,
        ladders.side,
        ladders.bin + if(ladders.side = 'long', -ladders.steps, ladders.steps)

),

scaled as (

    select
        scales.asset,
        scales.venue,
        levels.side,
        levels.bin,
        any_value(levels.mark) as mark,
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
    * exclude (mark),
    case
        when side = 'short' then greatest(pow(1 + $bin_pct / 100, bin), mark)
        else pow(1 + $bin_pct / 100, bin)
    end as price_low,
    case
        when side = 'long' then least(pow(1 + $bin_pct / 100, bin + 1), mark)
        else pow(1 + $bin_pct / 100, bin + 1)
    end as price_high
from scaled
order by asset, venue, side, bin
