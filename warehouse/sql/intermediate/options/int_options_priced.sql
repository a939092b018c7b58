-- int_options_priced: the price that distances of strikes are from.
-- Grain   one row per (snapshot_at, asset, venue) that has one; venue ALL for all of them
-- Inputs  int_options_known, marts.oi_by_asset
-- Params  $since  timestamptz, first instant of the window
--         $until  timestamptz, last instant of the window
-- Of a venue the median price of the underlying of its nearest expiry, so that no other venue bears
-- on it. Of all the median of perpetuals, as everywhere; of the venues where there is none.
with

nearest as (

    select
        snapshot_at,
        asset,
        venue,
        price
    from int_options_known
    where standing = 'counts' and price > 0
    qualify expiry = min(expiry) over (partition by snapshot_at, asset, venue)

),

venues as (

    select
        snapshot_at,
        asset,
        venue,
        median(price) as price
    from nearest
    group by snapshot_at, asset, venue

),

futures as (

    select
        snapshot_at,
        asset,
        price
    from marts.oi_by_asset
    where
        kind_group = 'futures'
        and price > 0
        and snapshot_at between $since and $until

),

assets as (

    select
        snapshot_at,
        asset,
        median(price) as price
    from venues
    group by snapshot_at, asset

)

select * from venues
union all
select
    assets.snapshot_at,
    assets.asset,
    'ALL' as venue,
    coalesce(futures.price, assets.price) as price
from assets
left join futures
    using (snapshot_at, asset)
order by snapshot_at, asset, venue
