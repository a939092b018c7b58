-- int_cluster_bins: every bin around the mark, empty ones included, with its smoothed mass.
-- Grain   one row per (asset, kind, side, bin)
-- Inputs  int_position_assets, int_cluster_parts
-- Params  $bin_pct    double, width of a bin in percent
--         $range_pct  double, how far around the mark
-- Triangular kernel 1-2-3-2-1; the two bins beyond each end still count in the smoothing.
with

spans as (

    select
        asset,
        cast(floor(ln(mark * (1 - $range_pct / 100)) / ln(1 + $bin_pct / 100)) as bigint)
            as first_bin,
        cast(floor(ln(mark * (1 + $range_pct / 100)) / ln(1 + $bin_pct / 100)) as bigint)
            as last_bin
    from int_position_assets
    where mark > 0

),

sorts as (

    select distinct
        asset,
        kind,
        side
    from int_cluster_parts

),

grid as (

    select
        spans.asset,
        sorts.kind,
        sorts.side,
        spans.first_bin,
        spans.last_bin,
        unnest(range(spans.first_bin - 2, spans.last_bin + 3)) as bin
    from spans
    inner join sorts
        on spans.asset = sorts.asset

),

totals as (

    select
        asset,
        kind,
        side,
        bin,
        sum(base order by venue) as base
    from int_cluster_parts
    group by asset, kind, side, bin

),

filled as (

    select
        grid.asset,
        grid.kind,
        grid.side,
        grid.bin,
        grid.first_bin,
        grid.last_bin,
        coalesce(totals.base, 0) as base
    from grid
    left join totals
        on
            grid.asset = totals.asset
            and grid.kind = totals.kind
            and grid.side = totals.side
            and grid.bin = totals.bin

),

smoothed as (

    select
        asset,
        kind,
        side,
        bin,
        first_bin,
        last_bin,
        base,
        (
            lag(base, 2, 0) over ladder
            + 2 * lag(base, 1, 0) over ladder
            + 3 * base
            + 2 * lead(base, 1, 0) over ladder
            + lead(base, 2, 0) over ladder
        ) / 9 as smoothed
    from filled
    window ladder as (partition by asset, kind, side order by bin)

)

select
    asset,
    kind,
    side,
    bin,
    pow(1 + $bin_pct / 100, bin) as price_low,
    pow(1 + $bin_pct / 100, bin + 1) as price_high,
    base,
    smoothed
from smoothed
where bin between first_bin and last_bin
order by asset, kind, side, bin
