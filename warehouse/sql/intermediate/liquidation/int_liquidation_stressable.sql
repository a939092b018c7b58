-- int_liquidation_stressable: levels of the map that a shock may reach, on the exchanges whose
-- order books were read, together.
-- Grain   one row per (asset, prior, side, price)
-- Inputs  marts.liquidation_map, int_position_assets, int_liquidation_venue_depth
-- Params  $until  timestamptz, the snapshot to build
select
    map.asset,
    map.prior,
    map.side,
    if(map.side = 'long', map.price_high, map.price_low) as price,
    core.exact_sum(map.base) as base,
    any_value(assets.mark) as mark,
    bool_or(map.is_simulated) as is_simulated
from marts.liquidation_map as map
inner join int_position_assets as assets
    on map.asset = assets.asset
inner join int_liquidation_venue_depth as depth
    on
        map.asset = depth.asset
        and map.venue = depth.venue
        and depth.side = if(map.side = 'long', 'bid', 'ask')
        and depth.band = 0.01
where map.snapshot_at = $until
group by map.asset, map.prior, map.side, price
order by map.asset, map.prior, map.side, price
