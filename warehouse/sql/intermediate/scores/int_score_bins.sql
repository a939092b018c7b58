-- int_score_bins: price bins that price has gone through since their map was frozen.
-- Grain   one row per (asset, side, bin)
-- Inputs  int_score_maps, int_score_bars
-- Params  $map_range_pct  double, how far around the mark a map goes
-- Every bin from one edge to the other, whether the map had anything there or not: below the mark
-- longs would have been closed, above it shorts. The bin of the mark itself price was in already,
-- and beyond its range a map says nothing.
with

reach as (

    -- the middle of the exchanges: a wick on one of them is not the market
    select
        asset,
        median(lowest) as lowest,
        median(highest) as highest
    from (
        select
            asset,
            min(low) as lowest,
            max(high) as highest
        from int_score_bars
        group by asset, venue, symbol
    ) as by_contract
    group by asset

),

spans as (

    -- a hair of a bin off its edge, rounding has put a price there
    select
        maps.*,
        cast(ceil(ln(maps.mark) / maps.width - 1e-6) as integer) as next_bin,
        cast(floor(ln(maps.mark) / maps.width + 1e-6) as integer) as mark_bin,
        cast(
            ceil(
                ln(greatest(reach.lowest, maps.mark * (1 - $map_range_pct / 100)))
                / maps.width - 1e-6
            ) as integer
        ) as first_bin,
        cast(
            floor(
                ln(least(reach.highest, maps.mark * (1 + $map_range_pct / 100)))
                / maps.width + 1e-6
            ) as integer
        ) as end_bin
    from int_score_maps as maps
    inner join reach
        on maps.asset = reach.asset

),

bins as (

    select
        asset,
        snapshot_at,
        width,
        is_simulated,
        'long' as side,
        unnest(range(first_bin, mark_bin)) as bin
    from spans
    union all
    select
        asset,
        snapshot_at,
        width,
        is_simulated,
        'short' as side,
        unnest(range(next_bin, end_bin)) as bin
    from spans

)

select
    asset,
    snapshot_at,
    width,
    is_simulated,
    side,
    bin,
    exp(width * bin) as price_low,
    exp(width * (bin + 1)) as price_high
from bins
