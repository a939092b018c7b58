-- int_audit_volumes: the least volume known for a step, from bars or from the last 24 hours.
-- Grain   one row per (snapshot_at, venue, symbol) whose step is at most 25 hours and has volume
-- Inputs  int_audit_steps, core.bars
-- Params  $since  timestamptz, first snapshot to audit
--         $until  timestamptz, last one
-- Bars count where they cover the whole step without a gap; of two lengths the one that gives
-- less. The volume of 24 hours bounds any shorter step too, and is stretched for a longer one.
with

steps as (

    select
        *,
        epoch(observed_at) - epoch(before_at) as seconds
    from int_audit_steps
    where
        before_at < observed_at
        and before_at >= observed_at - interval 25 hour

),

bars as (

    select
        venue,
        symbol,
        bar_at,
        volume_base,
        volume_usd,
        "interval" as length,
        bar_at + to_microseconds(core.bar_us("interval")) as end_at,
        core.bar_us("interval") as length_us
    from core.bars
    where
        "interval" in ('5m', '1h')
        and bar_at between $since - interval 27 hour and $until

),

summed as (

    select
        steps.snapshot_at,
        steps.venue,
        steps.symbol,
        bars.length,
        sum(
            case steps.unit when 'USD' then bars.volume_usd when 'coin' then bars.volume_base end
        ) as traded,
        count(case steps.unit when 'USD' then bars.volume_usd when 'coin' then bars.volume_base end)
        * max(bars.length_us)
        = epoch_us(max(bars.end_at)) - epoch_us(min(bars.bar_at))
        and min(bars.bar_at) <= min(steps.before_at)
        and max(bars.end_at) >= max(steps.observed_at) as is_whole
    from steps
    inner join bars
        on
            steps.venue = bars.venue
            and steps.symbol = bars.symbol
            and steps.before_at < bars.end_at
            and steps.observed_at > bars.bar_at
    where steps.kind <> 'option'
    group by all

),

covering as (

    select
        snapshot_at,
        venue,
        symbol,
        min(traded) as traded
    from summed
    where is_whole
    group by all

)

select
    steps.snapshot_at,
    steps.venue,
    steps.symbol,
    least(covering.traded, steps.traded * greatest(1, steps.seconds / 86400)) as traded,
    steps.seconds / 3600 as hours
from steps
left join covering
    using (snapshot_at, venue, symbol)
where covering.traded is not null or steps.traded is not null
