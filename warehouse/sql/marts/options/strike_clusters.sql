-- strike_clusters: what opened in the clusters of strikes, and how far price is from their peak.
-- Grain   one row per (snapshot_at, asset, cluster_id)
-- Inputs  marts.clusters, marts.option_chain, int_options_changed, int_options_priced,
--         int_options_gated
-- Params  $since  timestamptz, first instant of the window
--         $until  timestamptz, last instant of the window
-- Window  snapshot_at
-- Reach   interval 33 day after
-- Slices  100000 options
-- The expected move is of the expiry that holds most at the peak: until then, not of a day. Withheld
-- where the total of the asset's options is.
with

clusters as (

    select
        snapshot_at,
        asset,
        cluster_id,
        side,
        price_low,
        price_high,
        price_peak,
        is_simulated
    from marts.clusters
    where
        kind = 'strike'
        and status <> 'consumed'
        and snapshot_at between $since and $until

),

options as (

    select
        clusters.snapshot_at,
        clusters.asset,
        clusters.cluster_id,
        clusters.price_peak,
        chain.strike,
        chain.expiry,
        chain.oi_base,
        chain.iv,
        chain.years,
        changed.change_24h
    from clusters
    inner join marts.option_chain as chain
        on
            clusters.snapshot_at = chain.snapshot_at
            and clusters.asset = chain.asset
            and clusters.side = chain.option_type
            and chain.strike between clusters.price_low and clusters.price_high
    left join int_options_changed as changed
        on
            chain.snapshot_at = changed.snapshot_at
            and chain.venue = changed.venue
            and chain.symbol = changed.symbol
    where chain.snapshot_at between $since and $until

),

changes as (

    select
        snapshot_at,
        asset,
        cluster_id,
        core.exact_sum(change_24h) as change_24h_base
    from options
    group by snapshot_at, asset, cluster_id

),

peaks as (

    select
        snapshot_at,
        asset,
        cluster_id,
        expiry,
        core.exact_sum(oi_base) as oi_base,
        core.weighted(iv, oi_base) as iv,
        core.weighted(years, oi_base) as years
    from options
    where strike = price_peak
    group by snapshot_at, asset, cluster_id, expiry

),

chosen as (

    select
        *,
        oi_base / nullif(sum(oi_base) over cluster, 0) as expiry_share
    from peaks
    window cluster as (partition by snapshot_at, asset, cluster_id)
    qualify
        row_number() over (
            partition by snapshot_at, asset, cluster_id order by oi_base desc, expiry asc
        ) = 1

)

select
    clusters.snapshot_at,
    clusters.asset,
    clusters.cluster_id,
    clusters.price_peak as strike,
    case when gated.published then changes.change_24h_base end as change_24h_base,
    chosen.expiry,
    case when gated.published then chosen.expiry_share end as expiry_share,
    priced.price,
    100 * (clusters.price_peak / nullif(priced.price, 0) - 1) as distance_pct,
    case when gated.published then chosen.iv end as iv,
    case when gated.published then 100 * chosen.iv * sqrt(chosen.years) end as expected_move_pct,
    case
        when gated.published and priced.price > 0
            then
                ln(clusters.price_peak / priced.price)
                / nullif(chosen.iv * sqrt(chosen.years), 0)
    end as distance_moves,
    clusters.is_simulated
from clusters
inner join chosen
    using (snapshot_at, asset, cluster_id)
inner join int_options_gated as gated
    using (snapshot_at, asset)
left join changes
    using (snapshot_at, asset, cluster_id)
left join int_options_priced as priced
    on
        clusters.snapshot_at = priced.snapshot_at
        and clusters.asset = priced.asset
        and priced.venue = 'ALL'
order by clusters.snapshot_at, clusters.asset, clusters.cluster_id
