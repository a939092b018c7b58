-- clusters: concentrations of positions, nearest to the price first, and what they held before.
-- Grain   one row per cluster
-- Inputs  marts.clusters
-- Params  $snapshot_at
-- usd*_before: at the latest snapshot of the 48 hours in which a cluster is remembered (M24); null
-- for one that is new.
with

earlier as (

    select
        clusters.cluster_id,
        clusters.usd,
        clusters.usd_low,
        clusters.usd_high
    from marts.clusters as clusters
    where
        clusters.snapshot_at < $snapshot_at
        and clusters.snapshot_at >= $snapshot_at - interval 48 hour
    qualify row_number() over (
        partition by clusters.cluster_id
        order by clusters.snapshot_at desc
    ) = 1

)

select
    clusters.*,
    earlier.usd as usd_before,
    earlier.usd_low as usd_low_before,
    earlier.usd_high as usd_high_before
from marts.clusters as clusters
left join earlier
    on clusters.cluster_id = earlier.cluster_id
where clusters.snapshot_at = $snapshot_at
order by
    abs(clusters.distance_pct),
    clusters.usd desc,
    clusters.cluster_id
