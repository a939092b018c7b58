-- pools: what traders hold against pools, longs and shorts apart.
-- Grain   one row per (snapshot_at, asset, venue) with a fresh row of a pool, and one of venue
--         ALL for their sum
-- Inputs  core.open_interest, int_contracts_left_out
-- Params  $since            timestamptz, first instant of the window
--         $until            timestamptz, last instant of the window
--         $max_age_minutes  double, further from the snapshot than this is stale
-- Window  snapshot_at
-- Slices  2500000 rows of core.open_interest
-- Every market has a pool of its own: open interest is the sum of the larger sides, which is
-- not the larger of the summed sides.
with

fresh as (

    select facts.*
    from core.open_interest as facts
    anti join int_contracts_left_out
        using (snapshot_at, venue, symbol)
    where
        facts.superseded_at is null
        and facts.kind = 'pool'
        and facts.snapshot_at between $since and $until
        and facts.oi_long_base is not null
        and facts.oi_short_base is not null
        and core.is_timely(facts.snapshot_at, facts.observed_at, $max_age_minutes)
        and core.is_sound(facts.quality, facts.oi_base, facts.oi_usd)

),

summed as (

    select
        snapshot_at,
        asset,
        coalesce(venue, 'ALL') as venue,
        core.exact_sum(oi_long_base) as oi_long_base,
        core.exact_sum(oi_short_base) as oi_short_base,
        core.exact_sum(pool_net_base) as pool_net_base,
        core.exact_sum(oi_base) as oi_base,
        core.exact_sum(oi_usd) as oi_usd,
        cast(count(*) as integer) as markets,
        bool_or(is_simulated) as is_simulated
    from fresh
    group by grouping sets ((snapshot_at, asset, venue), (snapshot_at, asset))

)

select
    snapshot_at,
    asset,
    venue,
    oi_long_base,
    oi_short_base,
    pool_net_base,
    oi_base,
    oi_usd,
    core.imbalance(oi_long_base, oi_short_base) as pool_imbalance,
    markets,
    is_simulated
from summed
order by
    snapshot_at asc,
    asset asc,
    venue asc
