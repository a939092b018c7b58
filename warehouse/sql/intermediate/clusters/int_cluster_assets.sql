-- int_cluster_assets: what the clusters of an asset are measured against.
-- Grain   one row per (asset, kind)
-- Inputs  int_position_assets, int_strike_assets
-- Entries and levels are part of the open interest of futures, strikes of that of options.
select
    asset,
    unnest(['entry', 'liquidation']) as kind,
    oi_base,
    mark,
    is_simulated
from int_position_assets
union all
select
    asset,
    'strike' as kind,
    oi_base,
    mark,
    is_simulated
from int_strike_assets
