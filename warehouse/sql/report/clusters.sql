-- clusters: concentrations of positions, nearest to the price first.
-- Grain   one row per cluster
-- Inputs  marts.clusters
-- Params  $snapshot_at
select clusters.*
from marts.clusters as clusters
where clusters.snapshot_at = $snapshot_at
order by
    abs(clusters.distance_pct),
    clusters.usd desc,
    clusters.cluster_id
