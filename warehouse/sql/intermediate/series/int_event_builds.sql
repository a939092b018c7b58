-- int_event_builds: change of open interest over the 23 hours before each snapshot.
-- Grain   one row per (bar_at, asset), on the minutes of the hour at which events are measured
-- Inputs  marts.oi_by_asset, core.events
-- Params  $since  timestamptz, first instant of the window
--         $until  timestamptz, last instant of the window
-- The product of 23 hourly matched changes; null changes or missing hours give no row.
with

wanted as (

    select distinct (epoch_us(totals.snapshot_at) + 150000000) // 300000000 % 12 as phase
    from (
        select distinct snapshots.snapshot_at
        from marts.oi_by_asset as snapshots
        where snapshots.snapshot_at between $since and $until
    ) as totals
    inner join core.events as events
        on
            totals.snapshot_at <= events.event_at - interval 30 minute
            and totals.snapshot_at >= events.event_at - interval 90 minute

),

changes as (

    select
        totals.snapshot_at as bar_at,
        totals.asset,
        totals.is_simulated,
        (epoch_us(totals.snapshot_at) + 150000000) // 300000000 % 12 as phase,
        cast(round(ln(1 + totals.change_1h_pct / 100) * 1e15) as bigint) as oi_log
    from marts.oi_by_asset as totals
    where
        totals.kind_group = 'futures'
        and totals.change_1h_pct > -100
        and totals.snapshot_at between $since - interval 32 day and $until
        and (epoch_us(totals.snapshot_at) + 150000000) // 300000000 % 12
        in (select wanted.phase from wanted)

),

built as (

    select
        bar_at,
        asset,
        is_simulated,
        count(*) over hours as n,
        first(bar_at) over hours as from_at,
        sum(oi_log) over hours as total
    from changes
    window hours as (
        partition by asset, phase
        order by bar_at
        rows between 22 preceding and current row
    )

)

select
    bar_at,
    asset,
    exp(total / 1e15) - 1 as build,
    is_simulated
from built
where
    n = 23
    and abs(epoch_us(bar_at) - epoch_us(from_at) - 79200000000) <= 300000000
