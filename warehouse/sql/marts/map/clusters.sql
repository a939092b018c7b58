-- clusters: prices at which an unusual part of the open positions was opened, or would be
-- liquidated (both modelled), and strikes that hold an unusual part of the options (published).
-- Grain   one row per (snapshot_at, asset, kind, cluster_id)
-- Inputs  int_cluster_bin_runs, int_cluster_lineage, int_cluster_previous, int_cluster_parts,
--         int_cluster_assets, int_liquidation_depth, int_liquidation_venue_depth
-- Params  $until  timestamptz, the snapshot to build
-- Window  snapshot_at
-- usd_low and usd_high: the least and the most the same prices hold under other assumptions: the
-- rotations 0 and 0.2 for entries, the stated priors for levels, null for strikes, which rest on
-- no assumption. age_hours: of entries alone; no exchange tells when an option was opened.
-- mass_to_depth: levels against the narrowest band of the order book that reaches them, up to 5
-- percent away, both of the exchanges whose books were read, if these hold enough of the open
-- interest (covered_share); entries and options are no orders that wait in it. A status compares coins on the
-- exchanges known at both snapshots; 5 percent is the least that counts. A cluster that nothing
-- continues is listed once more, as consumed; strikes are when their options expire.
with

parts as (

    select
        bin_runs.asset,
        bin_runs.kind,
        bin_runs.side,
        bin_runs.first_bin,
        bins.venue,
        sum(bins.base order by bins.bin) as base,
        sum(bins.usd order by bins.bin) as usd,
        sum(bins.base_hours order by bins.bin) as base_hours,
        sum(bins.base_a * bins.price order by bins.bin) as usd_a,
        sum(bins.base_b * bins.price order by bins.bin) as usd_b,
        sum(bins.base_c * bins.price order by bins.bin) as usd_c
    from int_cluster_bin_runs as bin_runs
    inner join int_cluster_parts as bins
        on
            bin_runs.asset = bins.asset
            and bin_runs.kind = bins.kind
            and bin_runs.side = bins.side
            and bins.bin between bin_runs.first_bin and bin_runs.last_bin
    group by bin_runs.asset, bin_runs.kind, bin_runs.side, bin_runs.first_bin, bins.venue

),

details as (

    select
        parts.asset,
        parts.kind,
        parts.side,
        parts.first_bin,
        least(
            sum(parts.base * parts.base order by parts.venue)
            / nullif(pow(sum(parts.base order by parts.venue), 2), 0),
            1
        ) as venues_hhi,
        sum(parts.base_hours order by parts.venue)
        / nullif(sum(parts.base order by parts.venue), 0) as age_hours,
        sum(parts.usd_a order by parts.venue) as usd_a,
        sum(parts.usd_b order by parts.venue) as usd_b,
        sum(parts.usd_c order by parts.venue) as usd_c
    from parts
    group by parts.asset, parts.kind, parts.side, parts.first_bin

),

changes as (

    select
        lineage.asset,
        lineage.kind,
        lineage.side,
        lineage.first_bin,
        lineage.cluster_id,
        coalesce(
            sum(parts.base order by parts.venue) filter (
                where list_contains(previous.venues, parts.venue)
            ) / nullif(any_value(previous.matched_base), 0),
            any_value(bin_runs.base) / nullif(any_value(previous.base), 0)
        ) - 1 as growth
    from int_cluster_lineage as lineage
    inner join int_cluster_previous as previous
        on lineage.cluster_id = previous.cluster_id
    inner join int_cluster_bin_runs as bin_runs
        on
            lineage.asset = bin_runs.asset
            and lineage.kind = bin_runs.kind
            and lineage.side = bin_runs.side
            and lineage.first_bin = bin_runs.first_bin
    inner join parts
        on
            lineage.asset = parts.asset
            and lineage.kind = parts.kind
            and lineage.side = parts.side
            and lineage.first_bin = parts.first_bin
    group by lineage.asset, lineage.kind, lineage.side, lineage.first_bin, lineage.cluster_id

),

present as (

    select
        $until as snapshot_at,
        bin_runs.asset,
        bin_runs.kind,
        coalesce(
            changes.cluster_id,
            bin_runs.asset || '-' || bin_runs.kind || '-' || left(
                md5(
                    concat_ws(
                        '|',
                        bin_runs.asset,
                        bin_runs.kind,
                        bin_runs.side,
                        epoch_us($until),
                        bin_runs.peak_bin
                    )
                ),
                6
            )
        ) as cluster_id,
        bin_runs.side,
        bin_runs.price_low,
        bin_runs.price_high,
        bin_runs.price_peak,
        bin_runs.centroid,
        bin_runs.base,
        bin_runs.usd,
        if(
            details.usd_a is null,
            null,
            least(bin_runs.usd, details.usd_a, details.usd_b, details.usd_c)
        ) as usd_low,
        if(
            details.usd_a is null,
            null,
            greatest(bin_runs.usd, details.usd_a, details.usd_b, details.usd_c)
        ) as usd_high,
        bin_runs.share,
        bin_runs.prominence,
        details.venues_hhi,
        details.age_hours,
        case
            when changes.cluster_id is null then 'born'
            when changes.growth > 0.05 then 'grown'
            when changes.growth < -0.05 then 'shrunk'
            else 'stable'
        end as status,
        bin_runs.first_bin
    from int_cluster_bin_runs as bin_runs
    inner join details
        using (asset, kind, side, first_bin)
    left join changes
        using (asset, kind, side, first_bin)

),

consumed as (

    select
        $until as snapshot_at,
        previous.asset,
        previous.kind,
        previous.cluster_id,
        previous.side,
        previous.price_low,
        previous.price_high,
        previous.price_peak,
        previous.centroid,
        0.0 as base,
        0.0 as usd,
        if(previous.kind = 'strike', null, 0.0) as usd_low,
        if(previous.kind = 'strike', null, 0.0) as usd_high,
        0.0 as share,  -- noqa: RF04
        0.0 as prominence,
        cast(null as double) as venues_hhi,
        cast(null as double) as age_hours,
        'consumed' as status,
        cast(null as integer) as first_bin
    from int_cluster_previous as previous
    where
        previous.has_all_venues
        and previous.cluster_id not in (
            select lineage.cluster_id
            from int_cluster_lineage as lineage
        )

),

clusters as (

    select * from present
    union all
    select * from consumed

),

placed as (

    select
        clusters.*,
        case
            when clusters.price_low > assets.mark then clusters.price_low / assets.mark - 1
            when clusters.price_high < assets.mark then clusters.price_high / assets.mark - 1
            else 0
        end * 100 as distance_pct,
        assets.is_simulated
    from clusters
    inner join int_cluster_assets as assets
        using (asset, kind)
    where assets.mark > 0

),

depths as (

    select
        placed.cluster_id,
        any_value(depth.covered_share) as covered_share,
        min_by(depth.usd, depth.band) filter (
            where
            depth.band * 100 >= abs(placed.distance_pct)
            and depth.withheld_reason is null
        ) as usd
    from placed
    inner join int_liquidation_depth as depth
        on
            placed.asset = depth.asset
            and depth.side = if(placed.side = 'long', 'bid', 'ask')
    where
        placed.kind = 'liquidation'
        and depth.usd > 0
    group by placed.cluster_id

),

masses as (

    select
        placed.cluster_id,
        sum(parts.usd order by parts.venue) as usd
    from placed
    inner join parts
        using (asset, kind, side, first_bin)
    inner join int_liquidation_venue_depth as depth
        on
            parts.asset = depth.asset
            and parts.venue = depth.venue
            and depth.side = if(parts.side = 'long', 'bid', 'ask')
            and depth.band = 0.01
    group by placed.cluster_id

)

select
    placed.* exclude (first_bin),
    coalesce(masses.usd, 0) / depths.usd as mass_to_depth,
    depths.covered_share
from placed
left join depths
    on placed.cluster_id = depths.cluster_id
left join masses
    on placed.cluster_id = masses.cluster_id
order by placed.asset, placed.kind, placed.side, placed.price_low, placed.cluster_id
