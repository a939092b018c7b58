-- change_total: like-for-like change of all futures open interest over 24 hours (M03, M04).
-- Grain   one row; nulls when there is no snapshot a day earlier
-- Inputs  core.open_interest
-- Params  $snapshot_at, $max_age_minutes
with

fresh as (

    select
        facts.snapshot_at,
        facts.venue,
        facts.symbol,
        facts.margin,
        facts.oi_base,
        facts.oi_usd
    from core.open_interest as facts
    where
        facts.superseded_at is null
        and core.is_sound(facts.quality, facts.oi_base, facts.oi_usd)
        and facts.kind in ('perp', 'future')
        and facts.snapshot_at between $snapshot_at - interval 25 hour and $snapshot_at
        and core.is_timely(facts.snapshot_at, facts.observed_at, $max_age_minutes)

),

reference as (

    select fresh.snapshot_at
    from fresh
    where
        abs(epoch($snapshot_at) - epoch(fresh.snapshot_at) - 86400) <= 1800
    order by
        abs(epoch($snapshot_at) - epoch(fresh.snapshot_at) - 86400),
        fresh.snapshot_at
    limit 1

),

matched as (

    select
        earlier.oi_usd as usd_before,
        later.oi_usd as usd_after,
        case
            when later.margin = 'inverse' then later.oi_usd - earlier.oi_usd
            when later.oi_base > 0 and earlier.oi_base > 0
                then
                    (later.oi_usd / later.oi_base + earlier.oi_usd / earlier.oi_base) / 2
                    * (later.oi_base - earlier.oi_base)
            else later.oi_usd - earlier.oi_usd
        end as flow_usd
    from fresh as later
    inner join fresh as earlier
        on
            later.venue = earlier.venue
            and later.symbol = earlier.symbol
    where
        later.snapshot_at = $snapshot_at
        and earlier.snapshot_at = (select reference.snapshot_at from reference)

)

select
    core.exact_sum(matched.flow_usd) as flow_usd,
    core.exact_sum(matched.usd_after - matched.usd_before)
    - core.exact_sum(matched.flow_usd) as revaluation_usd,
    100
    * core.exact_sum(matched.flow_usd)
    / nullif(core.exact_sum(matched.usd_before), 0) as flow_pct
from matched
