-- int_liquidation_couplable: levels of longs by exchange, where the book below was read.
-- Grain   one row per (asset, venue, price)
-- Inputs  marts.liquidation_map, int_position_assets, int_liquidation_venue_depth,
--         int_liquidation_covered
-- Params  $until  timestamptz, the snapshot to build
-- Under the base prior. place ranks the exchanges of an asset by what stands on the map, the
-- largest first: among few that were read, the largest may not be.
with

sizes as (

    select
        map.asset,
        map.venue,
        depth.base as depth_per_pct,
        covered.covered_share,
        row_number() over (
            partition by map.asset
            order by core.exact_sum(map.base) desc, map.venue asc
        ) as place
    from marts.liquidation_map as map
    inner join int_liquidation_venue_depth as depth
        using (asset, venue)
    inner join int_liquidation_covered as covered
        on
            depth.asset = covered.asset
            and depth.side = covered.side
    where
        map.snapshot_at = $until
        and map.prior = 'base'
        and map.side = 'long'
        and depth.side = 'bid'
        and depth.band = 0.01
        and depth.base > 0
        and covered.withheld_reason is null
    group by map.asset, map.venue, depth.base, covered.covered_share

)

select
    map.asset,
    map.venue,
    sizes.place,
    sizes.depth_per_pct,
    sizes.covered_share,
    map.price_high as price,
    map.base,
    assets.mark,
    map.is_simulated
from marts.liquidation_map as map
inner join sizes
    using (asset, venue)
inner join int_position_assets as assets
    on map.asset = assets.asset
where
    map.snapshot_at = $until
    and map.prior = 'base'
    and map.side = 'long'
order by map.asset, sizes.place, price
