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

counted as (

    -- what stands at every distance further than from_steps up to the next; at from_steps itself
    -- without *_crossed. In units of 1e-13 coins: their sums are exact
    select
        book,
        side,
        bin,
        reached_steps as from_steps,
        lead(reached_steps) over nearer as next_steps,
        sum(cast(base * 1e13 as hugeint)) over nearer as base,
        sum(cast(retail_heavy * 1e13 as hugeint)) over nearer as retail_heavy,
        sum(cast(institutional * 1e13 as hugeint)) over nearer as institutional,
        sum(cast(calibrated * 1e13 as hugeint)) over nearer as calibrated,
        cast((base - base_beyond) * 1e13 as hugeint) as base_crossed,
        cast((retail_heavy - retail_heavy_beyond) * 1e13 as hugeint) as retail_heavy_crossed,
        cast((institutional - institutional_beyond) * 1e13 as hugeint) as institutional_crossed,
        cast((calibrated - calibrated_beyond) * 1e13 as hugeint) as calibrated_crossed
    from int_liquidation_alive
    window
        nearer as (
            partition by book, side, bin
            order by reached_steps
        )

),

reaches as (

    select
        book,
        side,
        bin,
        from_steps,
        from_steps as to_steps,
        cast(base - base_crossed as double) / 1e13 as base,
        cast(retail_heavy - retail_heavy_crossed as double) / 1e13 as retail_heavy,
        cast(institutional - institutional_crossed as double) / 1e13 as institutional,
        cast(calibrated - calibrated_crossed as double) / 1e13 as calibrated
    from counted
    union all
    select
        book,
        side,
        bin,
        from_steps + 1 as from_steps,
        next_steps - 1 as to_steps,
        cast(base as double) / 1e13 as base,
        cast(retail_heavy as double) / 1e13 as retail_heavy,
        cast(institutional as double) / 1e13 as institutional,
        cast(calibrated as double) / 1e13 as calibrated
    from counted
    where next_steps is null or next_steps > from_steps + 1

),

ladders as (

    -- each number of steps by itself: joined by equals, not by a range
    select
        reaches.book,
        reaches.side = 'long' as is_long,
        reaches.bin,
        reaches.base,
        reaches.retail_heavy,
        reaches.institutional,
        reaches.calibrated,
        spans.rule,
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
        ladders.is_long,
        ladders.bin + if(ladders.is_long, -ladders.steps, ladders.steps) as bin,
        core.exact_sum(ladders.base * distances.base) as base,
        core.exact_sum(ladders.retail_heavy * distances.retail_heavy) as retail_heavy,
        core.exact_sum(ladders.institutional * distances.institutional) as institutional,
        core.exact_sum(ladders.calibrated * distances.calibrated) as calibrated
    from ladders
    inner join int_liquidation_distances as distances
        on
            ladders.rule = distances.rule
            and ladders.is_long = (distances.side = 'long')
            and ladders.steps = distances.steps
    group by
        ladders.book,
        ladders.is_long,
        ladders.bin + if(ladders.is_long, -ladders.steps, ladders.steps)

),

scaled as (

    select
        scales.asset,
        scales.venue,
        scales.side,
        levels.bin,
        any_value(spans.mark) as mark,
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
            and levels.is_long = (scales.side = 'long')
    inner join spans
        on levels.book = spans.book
    group by scales.asset, scales.venue, scales.side, levels.bin

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
