-- int_score_maps: of each asset the map that is scored, the latest frozen 20 to 28 hours before.
-- Grain   one row per asset
-- Inputs  marts.liquidation_map (earlier), marts.liquidation_balance (earlier)
-- Params  $until  timestamptz, when the map is scored
-- Bin n of the map holds the prices from exp(width) ^ n to the next power: width is that of the
-- bins which the mark did not cut. A map without its mark is not scored.
with

latest as (

    select
        asset,
        max(snapshot_at) as snapshot_at
    from marts.liquidation_map
    where
        snapshot_at >= $until - interval 28 hours
        and snapshot_at <= $until - interval 20 hours
    group by asset

),

marks as (

    select
        balance.asset,
        balance.snapshot_at,
        max(balance.mark_price) as mark
    from marts.liquidation_balance as balance
    where
        balance.snapshot_at >= $until - interval 28 hours
        and balance.snapshot_at <= $until - interval 20 hours
        and balance.mark_price > 0
    group by balance.asset, balance.snapshot_at

)

select
    latest.asset,
    latest.snapshot_at,
    any_value(marks.mark) as mark,
    max(ln(map.price_high / map.price_low)) as width,
    bool_or(map.is_simulated) as is_simulated
from latest
inner join marks
    using (asset, snapshot_at)
inner join marts.liquidation_map as map
    using (asset, snapshot_at)
where
    map.venue = 'ALL'
    and map.snapshot_at >= $until - interval 28 hours
group by latest.asset, latest.snapshot_at
