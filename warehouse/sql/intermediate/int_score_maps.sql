-- int_score_maps: of each asset the map that is scored, the latest frozen 20 to 28 hours before.
-- Grain   one row per asset
-- Inputs  marts.liquidation_map
-- Params  $until  timestamptz, when the map is scored
select
    asset,
    max(snapshot_at) as snapshot_at
from marts.liquidation_map
where
    snapshot_at >= $until - interval 28 hours
    and snapshot_at <= $until - interval 20 hours
group by asset
