-- int_position_missing: open interest of futures that was known of late, and is not at the snapshot.
-- Grain   one row per (venue, asset)
-- Inputs  core.open_interest, core.instruments, int_position_universe
-- Params  $until            timestamptz, the snapshot to build
--         $known_at         timestamptz, facts recorded later do not count
--         $max_age_minutes  double, an observation further from the snapshot than this is stale
--         $lookback_days    double, how long the last good figure of an instrument counts
-- The last good figure of each contract, as coverage counts it (M03). What has ended is not missing,
-- nor what is there and left out: it may be another thing.
with

known as (

    select
        venue,
        symbol,
        asset,
        snapshot_at,
        oi_usd
    from core.open_interest
    where
        core.was_known(recorded_at, superseded_at, $known_at)
        and kind in ('perp', 'future')
        and core.is_timely(snapshot_at, observed_at, $max_age_minutes)
        and core.is_sound(quality, oi_base, oi_usd)
        and snapshot_at <= $until
        and snapshot_at >= $until - to_microseconds(cast($lookback_days * 86400e6 as bigint))
        and coalesce(core.expires_at(symbol) > $until, true)
    qualify
        row_number() over (partition by venue, symbol order by snapshot_at desc) = 1

),

delisted as (

    select
        venue,
        symbol
    from core.instruments
    where valid_from <= $until
    qualify
        row_number() over (partition by venue, symbol order by valid_from desc) = 1
        and not (
            is_active
            and coalesce(valid_to > $until, true)
            and coalesce(expiry > $until, true)
        )

)

select
    known.venue,
    known.asset,
    core.exact_sum(known.oi_usd) as usd
from known
anti join int_position_universe
    using (venue, symbol)
anti join delisted
    using (venue, symbol)
where
    known.snapshot_at
    < $until - to_microseconds(cast(floor($max_age_minutes * 60e6) as bigint))
group by known.venue, known.asset
order by known.venue, known.asset
