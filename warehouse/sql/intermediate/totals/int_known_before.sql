-- int_known_before: when each instrument was last seen before the days that a build reads whole.
-- Grain   one row per (venue, symbol, asset, kind_group)
-- Inputs  core.open_interest
-- Params  $earliest         timestamptz, first instant any model reads
--         $recent           timestamptz, from here on models read every fact
--         $max_age_minutes  double, further from the snapshot than this is stale
-- good_at, good_usd and good_rule are those of the last row that could be summed; null without one.
with

facts as (

    select
        snapshot_at,
        venue,
        symbol,
        asset,
        core.kind_group(kind) as kind_group,
        oi_usd,
        unit_rule,
        core.is_timely(snapshot_at, observed_at, $max_age_minutes)
        and core.is_sound(quality, oi_base, oi_usd) as is_fresh
    from core.open_interest
    where
        snapshot_at >= $earliest
        and snapshot_at < $recent
        and superseded_at is null

)

select
    venue,
    symbol,
    asset,
    kind_group,
    max(snapshot_at) as seen_at,
    max(snapshot_at) filter (where is_fresh) as good_at,
    arg_max(oi_usd, snapshot_at) filter (where is_fresh) as good_usd,
    arg_max(unit_rule, snapshot_at) filter (where is_fresh) as good_rule
from facts
group by all
