-- int_cluster_previous: clusters of the last 48 hours that a new one may continue.
-- Grain   one row per cluster_id
-- Inputs  marts.clusters (earlier), marts.oi_profile (earlier), marts.liquidation_map (earlier),
--         int_strike_universe, int_cluster_assets, int_cluster_parts
-- Params  $until                 timestamptz, the snapshot to build
--         $liquidation_clusters  boolean, whether levels are clustered too
-- Each at its latest snapshot before this one, unless it was consumed there. matched_base is
-- its mass on the exchanges that are known now too; has_all_venues tells whether that is all
-- of them: without it, the absence of a cluster says nothing about its positions.
with

latest as (

    select
        snapshot_at,
        asset,
        kind,
        side,
        cluster_id,
        price_low,
        price_high,
        price_peak,
        centroid,
        base,
        status
    from marts.clusters
    where
        (kind <> 'liquidation' or $liquidation_clusters)
        and snapshot_at < $until
        and snapshot_at >= $until - interval 48 hours
    qualify row_number() over (partition by cluster_id order by snapshot_at desc) = 1

),

alive as (

    select * from latest
    where status <> 'consumed'

),

venues_now as (

    select distinct
        asset,
        kind,
        side,
        venue
    from int_cluster_parts

),

before as (

    select
        snapshot_at,
        asset,
        'entry' as kind,
        'both' as side,
        venue,
        (price_low + price_high) / 2 as price,
        (base - coalesce(initial_base, 0)) / 2 as base
    from marts.oi_profile
    where
        venue <> 'ALL'
        and snapshot_at < $until
        and snapshot_at >= $until - interval 48 hours
    union all
    select
        snapshot_at,
        asset,
        'liquidation' as kind,
        side,
        venue,
        (price_low + price_high) / 2 as price,
        base
    from marts.liquidation_map
    where
        prior = 'calibrated'
        and $liquidation_clusters
        and venue <> 'ALL'
        and snapshot_at < $until
        and snapshot_at >= $until - interval 48 hours
    union all
    select
        taken_at as snapshot_at,
        asset,
        'strike' as kind,
        side,
        venue,
        strike as price,
        core.exact_sum(oi_base) as base
    from int_strike_universe
    where
        taken_at < $until
        and strike is not null
        and side is not null
    group by taken_at, asset, side, venue, strike

),

profiles as (

    select
        profile.snapshot_at,
        profile.asset,
        profile.kind,
        profile.side,
        profile.venue,
        profile.price,
        profile.base,
        venues_now.venue is not null as is_known_now
    from before as profile
    left join venues_now
        using (asset, kind, side, venue)

),

matched as (

    select
        alive.cluster_id,
        list(distinct profiles.venue) as venues,
        bool_and(profiles.is_known_now) as has_all_venues,
        sum(profiles.base order by profiles.venue, profiles.price) filter (
            where
            profiles.is_known_now
            and profiles.price between alive.price_low and alive.price_high
        ) as matched_base
    from alive
    inner join profiles
        using (asset, kind, side, snapshot_at)
    group by alive.cluster_id

)

select
    alive.*,
    matched.venues,
    coalesce(matched.has_all_venues, true) as has_all_venues,
    matched.matched_base
from alive
left join matched
    on alive.cluster_id = matched.cluster_id
inner join int_cluster_assets as assets
    on
        alive.asset = assets.asset
        and alive.kind = assets.kind
order by alive.asset, alive.kind, alive.side, alive.price_low, alive.cluster_id
