-- subject: what a report of one day, or the newest, speaks of: a run, or else history.
-- Grain   one row, none when there is neither
-- Inputs  ops.runs, marts.oi_market
-- Params  $report_date  date or null, local; $zone  varchar, time zone of the schedule
-- Where no run has data it is the last instant of history that was built, in the name of the last
-- import or backfill. snapshot_at is null for a run, which has its own.
with

usable as (

    select runs.*
    from ops.runs as runs
    where runs.state in ('completed', 'partial')

),

newest_run as (

    select
        usable.run_id,
        cast(null as timestamptz) as snapshot_at
    from usable
    where
        usable.flow in ('nightly', 'snapshot')
        and (
            cast($report_date as date) is null
            or cast(timezone($zone, usable.snapshot_at) as date) = cast($report_date as date)
        )
    order by
        usable.snapshot_at desc,
        usable.started_at desc
    limit 1

),

newest_history as (

    select max(market.snapshot_at) as snapshot_at
    from marts.oi_market as market
    where
        market.kind_group = 'futures'
        and (
            cast($report_date as date) is null
            or cast(timezone($zone, market.snapshot_at) as date) = cast($report_date as date)
        )

),

storing as (

    select usable.run_id
    from usable
    where usable.flow in ('import', 'backfill')
    order by
        usable.started_at desc,
        usable.run_id
    limit 1

)

select
    newest_run.run_id,
    newest_run.snapshot_at
from newest_run
union all
select
    storing.run_id,
    newest_history.snapshot_at
from storing
cross join newest_history
where
    newest_history.snapshot_at is not null
    and (select count(*) from newest_run) = 0
