-- facts: open interest of the made-up market, as core.open_interest holds it.
-- Grain   one row per (snapshot_at, venue, symbol)
-- Inputs  listed (what instruments.sql gives)
-- Params  $since         timestamptz, first snapshot
--         $until         timestamptz, the snapshots end before it
--         $step_minutes  integer, between two snapshots
-- Levels swing over days and jitter from step to step; every figure follows from its key.
with

instants as (

    select unnest(generate_series(
        $since, $until - interval 1 microsecond, to_minutes($step_minutes)
    )) as snapshot_at

),

drawn as (

    select
        instants.snapshot_at,
        listed.*,
        epoch_us(instants.snapshot_at) / 3600e6 as hours,
        (hash(instants.snapshot_at, listed.venue_number, listed.place) % 1000003) / 1000003.0
            as jitter
    from instants
    cross join listed

),

priced as (

    select
        *,
        60000 / (rank + 1) * (1 + 0.03 * sin(hours / (50 + rank % 13)))
        * (1 + 0.0002 * jitter) as mark_price,
        2e9 / (rank + 1) / venue_number / (60000 / (rank + 1))
        * (1 + 0.05 * sin(hours / (30 + rank % 17) + venue_number) + 0.004 * jitter)
        * case when margin = 'linear' and kind = 'perp' then 1 else 0.2 end as oi_base
    from drawn

)

select
    snapshot_at,
    snapshot_at as observed_at,
    venue,
    symbol,
    asset,
    kind,
    margin,
    oi_base as oi_contracts,
    oi_base,
    oi_base * mark_price as oi_usd,
    mark_price,
    mark_price * (1 + 0.0004 * (jitter - 0.5)) as index_price,
    mark_price as last_price,
    8 * oi_base as volume_24h_base,
    8 * oi_base * mark_price as volume_24h_usd,
    case when kind = 'perp' then 0.0001 * sin(hours / 90 + rank + venue_number) end
        as funding_rate,
    case when kind = 'perp' then 8.0 end as funding_interval_hours,
    'import' as unit_rule,
    1.0::double as counting_factor,
    $source as source,
    'ok' as quality,
    false as is_simulated
from priced
order by snapshot_at, venue_number, place
