-- int_audit_prices: the price of each perpetual beside the median of all venues.
-- Grain   one row per (snapshot_at, venue, symbol) of an asset that three venues price
-- Inputs  int_audit_rows
-- A venue counts once, by the median of its perpetuals, however many it lists. Stale and suspect
-- rows are left out.
with

prices as (

    select
        snapshot_at,
        venue,
        symbol,
        asset,
        price
    from int_audit_rows
    where is_audited and is_sound and kind = 'perp' and price > 0

),

venues as (

    select
        snapshot_at,
        asset,
        venue,
        median(price) as price
    from prices
    group by all

),

medians as (

    select
        snapshot_at,
        asset,
        median(price) as price,
        count(*) as venues
    from venues
    group by all
    having count(*) >= 3

)

select
    prices.*,
    medians.price as median_price,
    medians.venues
from prices
inner join medians
    using (snapshot_at, asset)
