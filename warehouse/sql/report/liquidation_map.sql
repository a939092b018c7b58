-- liquidation_map: the map of an asset, all venues together, with what was measured beside it.
-- Grain   one row per side and price bin
-- Inputs  marts.liquidation_map, marts.observed_map
-- Params  $asset, $snapshot_at, $price, $range_pct, $observed_at
-- The mark cuts the bin that holds it: bins are told by the edge away from it.
with

modelled as (

    select
        map.side,
        map.price_low,
        map.price_high,
        coalesce(max(map.usd) filter (where map.prior = 'base'), 0) as usd,
        if(count(*) = 4, min(map.usd), 0) as low,
        max(map.usd) as high
    from marts.liquidation_map as map
    where
        map.snapshot_at = $snapshot_at
        and map.asset = $asset
        and map.venue = 'ALL'
        and map.price_low >= $price * (1 - $range_pct / 100)
        and map.price_high <= $price * (1 + $range_pct / 100)
    group by map.side, map.price_low, map.price_high

),

measured as (

    select
        side,
        price_low,
        price_high,
        core.exact_sum(usd) as usd
    from marts.observed_map
    where
        snapshot_at = $observed_at
        and asset = $asset
        and price_low >= $price * (1 - $range_pct / 100)
        and price_high <= $price * (1 + $range_pct / 100)
    group by side, price_low, price_high

)

select
    coalesce(modelled.side, measured.side) as side,
    coalesce(modelled.price_low, measured.price_low) as price_low,
    coalesce(modelled.price_high, measured.price_high) as price_high,
    coalesce(modelled.usd, 0) as usd,
    coalesce(modelled.low, 0) as low,
    coalesce(modelled.high, 0) as high,
    coalesce(measured.usd, 0) as measured
from modelled
full outer join measured
    on
        modelled.side = measured.side
        and if(modelled.side = 'long', modelled.price_low, modelled.price_high)
        = if(measured.side = 'long', measured.price_low, measured.price_high)
order by
    side,
    price_low
