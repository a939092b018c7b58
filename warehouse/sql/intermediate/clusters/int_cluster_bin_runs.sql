-- int_cluster_bin_runs: runs of bins that stand out, large enough to matter.
-- Grain   one row per (asset, kind, side, first_bin)
-- Inputs  int_cluster_bins, int_cluster_assets
-- Params  $minimum_share  double, least share of the asset's open interest
--         $minimum_usd    double, least size in USD
-- A bin stands out above median + 2 * 1.4826 * MAD of the smoothed bins of its asset, kind and
-- side. Price visits few bins of the range, and empty ones would pull both to 0 and merge all that
-- is held into one: the bins that hold anything set them, if there are 20 or more of those. Where
-- none of them stands out there is no cluster. A single lower bin between two that stand out does
-- not part them, and the outermost are bins that hold something, not only the smoothing of others.
-- Mass, centroid and USD come from the bins as they are, the peak from the smoothed ones (the
-- lowest price of equals). Shares are capped at 1: sums of floating-point numbers may end a hair
-- above the whole. prominence says how far the peak rises above the higher of the two lowest points
-- that part it from higher ground; beyond the range there is nothing, so the highest peak's is its
-- height.
with

spreads as (

    select
        asset,
        kind,
        side,
        median(smoothed) + 2 * 1.4826 * mad(smoothed) as overall,
        median(smoothed) filter (where smoothed > 0)
        + 2 * 1.4826 * mad(smoothed) filter (where smoothed > 0) as held,
        count(*) filter (where smoothed > 0) as bins_held
    from int_cluster_bins
    group by asset, kind, side

),

thresholds as (

    select
        asset,
        kind,
        side,
        if(bins_held >= 20, held, overall) as threshold
    from spreads

),

hot as (

    select
        bins.asset,
        bins.kind,
        bins.side,
        bins.bin,
        bins.base,
        thresholds.threshold,
        case
            when bins.bin - lag(bins.bin) over ladder <= 2 then 0
            else 1
        end as is_first
    from int_cluster_bins as bins
    inner join thresholds
        using (asset, kind, side)
    where bins.smoothed > thresholds.threshold
    window ladder as (partition by bins.asset, bins.kind, bins.side order by bins.bin)

),

numbered as (

    select
        *,
        sum(is_first) over (
            partition by asset, kind, side order by bin rows unbounded preceding
        ) as bin_run
    from hot

),

extents as (

    select
        asset,
        kind,
        side,
        threshold,
        min(bin) as first_bin,
        max(bin) as last_bin
    from numbered
    where base > 0
    group by asset, kind, side, threshold, bin_run

),

masses as (

    select
        extents.asset,
        extents.kind,
        extents.side,
        extents.threshold,
        extents.first_bin,
        extents.last_bin,
        min(bins.price_low) as price_low,
        max(bins.price_high) as price_high,
        sum(bins.base order by bins.bin) as base,
        sum(bins.usd order by bins.bin) as usd,
        sum(bins.base * bins.price order by bins.bin) as moment,
        first(bins.bin order by bins.smoothed desc, bins.bin asc) as peak_bin,
        max(bins.smoothed) as peak
    from extents
    inner join int_cluster_bins as bins
        on
            extents.asset = bins.asset
            and extents.kind = bins.kind
            and extents.side = bins.side
            and bins.bin between extents.first_bin and extents.last_bin
    group by
        extents.asset,
        extents.kind,
        extents.side,
        extents.threshold,
        extents.first_bin,
        extents.last_bin

),

large as (

    select
        masses.*,
        masses.moment / masses.base as centroid,
        least(masses.base / assets.oi_base, 1) as share  -- noqa: RF04
    from masses
    inner join int_cluster_assets as assets
        using (asset, kind)
    where
        masses.base > 0
        and assets.oi_base > 0
        and masses.base >= $minimum_share * assets.oi_base
        and masses.usd >= $minimum_usd

),

higher_ground as (

    select
        large.asset,
        large.kind,
        large.side,
        large.first_bin,
        max(bins.bin) filter (where bins.bin < large.peak_bin) as bin_below,
        min(bins.bin) filter (where bins.bin > large.peak_bin) as bin_above
    from large
    left join int_cluster_bins as bins
        on
            large.asset = bins.asset
            and large.kind = bins.kind
            and large.side = bins.side
            and large.peak < bins.smoothed
    group by large.asset, large.kind, large.side, large.first_bin

),

saddles as (

    select
        large.asset,
        large.kind,
        large.side,
        large.first_bin,
        case
            when any_value(higher_ground.bin_below) is null then 0
            else min(bins.smoothed) filter (
                where bins.bin between higher_ground.bin_below and large.peak_bin
            )
        end as saddle_below,
        case
            when any_value(higher_ground.bin_above) is null then 0
            else min(bins.smoothed) filter (
                where bins.bin between large.peak_bin and higher_ground.bin_above
            )
        end as saddle_above
    from large
    inner join higher_ground
        using (asset, kind, side, first_bin)
    inner join int_cluster_bins as bins
        using (asset, kind, side)
    group by large.asset, large.kind, large.side, large.first_bin

)

select
    large.asset,
    large.kind,
    large.side,
    large.first_bin,
    large.last_bin,
    large.peak_bin,
    large.threshold,
    large.price_low,
    large.price_high,
    peaks.price as price_peak,
    large.centroid,
    large.base,
    large.usd,
    large.share,
    large.peak - greatest(saddles.saddle_below, saddles.saddle_above) as prominence
from large
inner join saddles
    using (asset, kind, side, first_bin)
inner join int_cluster_bins as peaks
    on
        large.asset = peaks.asset
        and large.kind = peaks.kind
        and large.side = peaks.side
        and large.peak_bin = peaks.bin
order by large.asset, large.kind, large.side, large.first_bin
