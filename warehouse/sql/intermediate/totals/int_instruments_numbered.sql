-- int_instruments_numbered: every instrument the window may touch, with small keys.
-- Grain   one row per (venue, symbol, asset, kind_group)
-- Inputs  core.instruments, core.open_interest, int_known_before
-- Params  $earliest  timestamptz, first instant any model reads
--         $recent    timestamptz, from here on models read every fact
--         $until     timestamptz, last instant of the window
-- expires_at is the day that the symbol ends on, 08:00 UTC, when most exchanges settle; it is for
-- imported contracts, which no listing describes. Null for perpetuals.
with

observed as (

    select distinct
        venue,
        symbol,
        asset,
        core.kind_group(kind) as kind_group
    from core.open_interest
    where
        snapshot_at between $recent and $until
        and superseded_at is null

),

known as (

    select
        venue,
        symbol,
        asset,
        kind_group
    from int_known_before

),

listed as (

    select distinct
        venue,
        symbol,
        asset,
        core.kind_group(kind) as kind_group
    from core.instruments
    where
        (valid_to is null or valid_to > $earliest)
        and (expiry is null or expiry > $earliest)

),

every_instrument as (

    select * from observed
    union
    select * from known
    union
    select * from listed

)

select
    cast(
        row_number() over (order by venue, symbol, asset, kind_group) as integer
    ) as instrument_id,
    cast(dense_rank() over (order by asset, kind_group) as integer) as group_id,
    cast(dense_rank() over (order by venue) as integer) as venue_id,
    venue,
    symbol,
    asset,
    kind_group,
    core.expires_at(symbol) as expires_at
from every_instrument
