-- int_options_references: which earlier snapshot the options of a venue are compared with.
-- Grain   one row per (snapshot_at, asset, venue, horizon) that has a reference
-- Inputs  marts.oi_by_venue
-- Params  $since  timestamptz, first instant of the window
--         $until  timestamptz, last instant of the window
-- The nearest to snapshot_at - horizon at which the venue's options of the asset are fresh, at most
-- 30 minutes away; of two equally near, the earlier. Each venue has its own, whatever others told.
with

horizons as (

    select listed.*
    from (
        values
        ('24h', interval 24 hour),
        ('7d', interval 168 hour)
    ) as listed (horizon, length)

),

known as (

    select distinct
        snapshot_at,
        asset,
        venue
    from marts.oi_by_venue
    where
        kind_group = 'options'
        and snapshot_at between $since - interval '7 days 30 minutes' and $until

),

candidates as (

    select
        later.snapshot_at,
        later.asset,
        later.venue,
        horizons.horizon,
        earlier.snapshot_at as reference_at,
        epoch_us(earlier.snapshot_at) - epoch_us(later.snapshot_at - horizons.length) as offset_us
    from known as later
    cross join horizons
    inner join known as earlier
        on
            later.asset = earlier.asset
            and later.venue = earlier.venue
            and earlier.snapshot_at between later.snapshot_at - horizons.length - interval 30 minute
            and later.snapshot_at - horizons.length + interval 30 minute
    where later.snapshot_at >= $since

)

select
    snapshot_at,
    asset,
    venue,
    horizon,
    min_by(reference_at, 2 * abs(offset_us) + cast(offset_us > 0 as bigint)) as reference_at
from candidates
group by snapshot_at, asset, venue, horizon
