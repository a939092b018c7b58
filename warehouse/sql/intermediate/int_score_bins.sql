-- int_score_bins: bins of the frozen maps that price has gone through since.
-- Grain   one row per (asset, prior, side, price_low)
-- Inputs  marts.liquidation_map, int_score_maps, int_score_bars
-- Params  $until  timestamptz, when the map is scored
-- Only on the side that price ran against. The 28 hours are asked for again, for DuckDB to skip
-- what is older.
with

bins as (

    select
        map.asset,
        map.snapshot_at,
        map.prior,
        map.side,
        map.price_low,
        map.price_high,
        map.usd,
        map.is_simulated
    from marts.liquidation_map as map
    inner join int_score_maps as maps
        on
            map.asset = maps.asset
            and map.snapshot_at = maps.snapshot_at
    where
        map.venue = 'ALL'
        and map.snapshot_at >= $until - interval 28 hours
        and map.snapshot_at <= $until - interval 20 hours

),

reach as (

    -- the middle of the exchanges: a wick on one of them is not the market
    select
        asset,
        median(lowest) as lowest,
        median(highest) as highest
    from (
        select
            asset,
            min(low) as lowest,
            max(high) as highest
        from int_score_bars
        group by asset, venue, symbol
    ) as by_contract
    group by asset

)

select bins.*
from bins
inner join reach
    on bins.asset = reach.asset
where
    (bins.side = 'long' and bins.price_low >= reach.lowest)
    or (bins.side = 'short' and bins.price_high <= reach.highest)
