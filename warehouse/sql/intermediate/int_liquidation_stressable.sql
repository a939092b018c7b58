-- int_liquidation_stressable: levels of the map that a shock may reach, all exchanges together.
-- Grain   one row per (asset, prior, side, price)
-- Inputs  marts.liquidation_map, int_position_assets, int_liquidation_depth
-- Params  $until  timestamptz, the snapshot to build
select
    map.asset,
    map.prior,
    map.side,
    if(map.side = 'long', map.price_high, map.price_low) as price,
    map.base,
    assets.mark,
    map.is_simulated
from marts.liquidation_map as map
inner join int_position_assets as assets
    on map.asset = assets.asset
where
    map.snapshot_at = $until
    and map.venue = 'ALL'
    and map.asset in (select depth.asset from int_liquidation_depth as depth)
order by map.asset, map.prior, map.side, price
