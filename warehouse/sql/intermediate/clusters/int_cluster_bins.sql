-- int_cluster_bins: every bin around the mark, empty ones included, with its smoothed mass.
-- Grain   one row per (asset, kind, side, bin)
-- Inputs  int_cluster_assets, int_cluster_parts, int_strike_ladder
-- Params  $bin_pct           double, width of a bin in percent
--         $range_pct         double, how far around the mark
--         $strike_range_pct  double, the same for strikes, which lie wider
-- Entries and levels: bins of one relative width, triangular kernel 1-2-3-2-1; the two bins beyond
-- each end still count in the smoothing. Strikes: a bin each, not smoothed. Smoothing is there for
-- models, which are out by a bin or two. Open interest by strike is exact: a kernel would hand
-- empty strikes what their neighbours hold, and lower the largest where puts end and calls begin.
-- Levels of longs lie below the mark, those of shorts above it (M23): the other half of the range
-- can hold nothing, is no part of the ladder, and the bin that holds the mark ends there.
with

sorts as (

    select distinct
        parts.asset,
        parts.kind,
        parts.side,
        assets.mark
    from int_cluster_parts as parts
    inner join int_cluster_assets as assets
        using (asset, kind)
    where assets.mark > 0

),

spans as (

    select
        asset,
        kind,
        side,
        if(kind = 'liquidation' and side = 'short', mark, 0) as lowest,
        if(kind = 'liquidation' and side = 'long', mark, 'infinity') as highest,
        cast(floor(ln(mark * (1 - $range_pct / 100)) / ln(1 + $bin_pct / 100)) as bigint)
            as first_bin,
        cast(floor(ln(mark * (1 + $range_pct / 100)) / ln(1 + $bin_pct / 100)) as bigint)
            as last_bin
    from sorts
    where kind <> 'strike'

),

places as (

    select
        *,
        unnest(range(first_bin - 2, last_bin + 3)) as bin
    from spans

),

grid as (

    select
        asset,
        kind,
        side,
        bin,
        greatest(pow(1 + $bin_pct / 100, bin), lowest) as price_low,
        least(pow(1 + $bin_pct / 100, bin + 1), highest) as price_high,
        cast(null as double) as price,
        bin between first_bin and last_bin
        and pow(1 + $bin_pct / 100, bin + 1) > lowest
        and pow(1 + $bin_pct / 100, bin) < highest as is_near
    from places
    union all
    select
        sorts.asset,
        sorts.kind,
        sorts.side,
        ladder.bin,
        ladder.price_low,
        ladder.price_high,
        ladder.strike as price,
        ladder.strike between
        sorts.mark * (1 - $strike_range_pct / 100)
        and sorts.mark * (1 + $strike_range_pct / 100) as is_near
    from sorts
    inner join int_strike_ladder as ladder
        on sorts.asset = ladder.asset
    where sorts.kind = 'strike'

),

totals as (

    select
        asset,
        kind,
        side,
        bin,
        sum(base order by venue) as base,
        sum(usd order by venue) as usd
    from int_cluster_parts
    group by asset, kind, side, bin

),

filled as (

    select
        grid.* exclude (price),
        coalesce(grid.price, (grid.price_low + grid.price_high) / 2) as price,
        coalesce(totals.base, 0) as base,
        coalesce(totals.usd, 0) as usd
    from grid
    left join totals
        using (asset, kind, side, bin)

),

smoothed as (

    select
        *,
        case
            when kind = 'strike' then base
            else (
                lag(base, 2, 0) over ladder
                + 2 * lag(base, 1, 0) over ladder
                + 3 * base
                + 2 * lead(base, 1, 0) over ladder
                + lead(base, 2, 0) over ladder
            ) / 9
        end as smoothed
    from filled
    window ladder as (partition by asset, kind, side order by bin)

)

select
    asset,
    kind,
    side,
    bin,
    price_low,
    price_high,
    price,
    base,
    usd,
    smoothed
from smoothed
where is_near
order by asset, kind, side, bin
