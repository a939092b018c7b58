-- nights_state: how the nights stand: the newest attempt, the newest that gave totals, what it covers.
-- Grain   one row
-- Inputs  ops.runs, ops.coverage, marts.oi_market
with

nights as (

    select
        runs.run_id,
        runs.snapshot_at,
        runs.started_at,
        runs.state,
        runs.error
    from ops.runs as runs
    where runs.flow = 'nightly'

),

newest as (

    select *
    from nights
    order by
        nights.snapshot_at desc,
        nights.started_at desc,
        nights.run_id desc
    limit 1

),

stored as (

    select *
    from nights
    where nights.state in ('completed', 'partial')
    order by
        nights.snapshot_at desc,
        nights.started_at desc,
        nights.run_id desc
    limit 1

)

select
    newest.run_id,
    newest.snapshot_at,
    newest.state,
    newest.error,
    stored.snapshot_at as stored_at,
    market.coverage,
    market.published,
    market.withheld_reason,
    (
        select list(coverage.venue order by coverage.venue)
        from ops.coverage as coverage
        where
            coverage.run_id = stored.run_id
            and coverage.status = 'failed'
    ) as failed_venues
from newest
left join stored
    on true
left join marts.oi_market as market
    on
        stored.snapshot_at = market.snapshot_at
        and market.kind_group = 'futures'
