-- map_digest: a number that changes with what later maps read of the map of a snapshot.
-- Grain   one row
-- Inputs  marts.clusters, marts.oi_profile, marts.liquidation_map, marts.leverage_calibration
-- Params  $snapshot_at  timestamptz, the snapshot
-- Clusters to continue, levels to score, leverage that was learned. Null where there is none.
with

kept as (

    select hash(clusters) as digest
    from marts.clusters as clusters
    where clusters.snapshot_at = $snapshot_at
    union all
    select hash(profile) as digest
    from marts.oi_profile as profile
    where profile.snapshot_at = $snapshot_at
    union all
    select hash(map) as digest
    from marts.liquidation_map as map
    where map.snapshot_at = $snapshot_at
    union all
    select hash(calibration) as digest
    from marts.leverage_calibration as calibration
    where calibration.calibrated_at = $snapshot_at

)

select sum(digest) as digest
from kept
