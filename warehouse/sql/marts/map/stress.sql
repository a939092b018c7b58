-- stress: what a shock would set off, by order-book depth and leverage prior (modelled).
-- Grain   one row per (snapshot_at, asset, prior, shock_pct, depth_factor)
-- Inputs  int_liquidation_stressed
-- Params  $until  timestamptz, the snapshot to build
-- Window  snapshot_at
select
    $until as snapshot_at,
    stressed.*
from int_liquidation_stressed as stressed
order by
    stressed.asset, stressed.prior, stressed.shock_pct, stressed.depth_factor desc
