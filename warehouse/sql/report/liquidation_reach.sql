-- liquidation_reach: what would be closed by force within some distance of the mark.
-- Grain   one row per asset, side and distance
-- Inputs  marts.liquidation_map, marts.oi_by_asset
-- Params  $snapshot_at
-- Of a bin that reaches beyond the distance, the part within counts.
with

marks as (

    select
        asset,
        price,
        oi_usd,
        depth_2pct_usd
    from marts.oi_by_asset
    where
        snapshot_at = $snapshot_at
        and kind_group = 'futures'
        and price > 0

),

distances as (

    select unnest([2, 5, 10]) as distance_pct

),

by_prior as (

    select
        map.asset,
        map.side,
        map.prior,
        distances.distance_pct,
        sum(
            map.usd * least(
                greatest(
                    if(
                        map.side = 'long',
                        map.price_high - marks.price * (1 - distances.distance_pct / 100),
                        marks.price * (1 + distances.distance_pct / 100) - map.price_low
                    ) / (map.price_high - map.price_low),
                    0
                ),
                1
            )
        ) as usd
    from marts.liquidation_map as map
    inner join marks
        on map.asset = marks.asset
    cross join distances
    where
        map.snapshot_at = $snapshot_at
        and map.venue = 'ALL'
    group by map.asset, map.side, map.prior, distances.distance_pct

),

banded as (

    select
        by_prior.asset,
        by_prior.side,
        by_prior.distance_pct,
        coalesce(max(by_prior.usd) filter (where by_prior.prior = 'base'), 0) as usd,
        -- a mix that reaches no level of the map closes nothing
        if(count(*) = 4, min(by_prior.usd), 0) as low,
        max(by_prior.usd) as high
    from by_prior
    group by by_prior.asset, by_prior.side, by_prior.distance_pct

)

select
    banded.*,
    marks.price,
    marks.depth_2pct_usd
from banded
inner join marks
    on banded.asset = marks.asset
order by
    marks.oi_usd desc,
    banded.asset,
    banded.side,
    banded.distance_pct
