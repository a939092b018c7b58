-- changed_snapshots: which snapshots facts were changed of since an instant.
-- Grain   one row; nulls when nothing changed
-- Inputs  core.open_interest, ops.bar_changes, core.positioning, core.liquidations, core.depth,
--         core.leverage_tiers, core.instruments, ops.runs, ops.coverage
-- Params  $changed_since  timestamptz, facts recorded or superseded since are looked at
-- facts_since leaves listings and failed venues aside. One condition a scan: DuckDB then skips
-- the blocks of history that cannot hold what is asked for.
with

newest as (

    select max(snapshot_at) as snapshot_at from core.open_interest

),

changed as (

    select snapshot_at
    from core.open_interest
    where recorded_at >= $changed_since
    union all
    select snapshot_at
    from core.open_interest
    where superseded_at >= $changed_since
    union all
    select since
    from ops.bar_changes
    where recorded_at >= $changed_since
    union all
    select until
    from ops.bar_changes
    where recorded_at >= $changed_since
    union all
    select "at"
    from core.positioning
    where recorded_at >= $changed_since
    union all
    select "at"
    from core.positioning
    where superseded_at >= $changed_since
    union all
    select "at"
    from core.liquidations
    where recorded_at >= $changed_since
    union all
    select "at"
    from core.liquidations
    where superseded_at >= $changed_since
    union all
    select snapshot_at
    from core.depth
    where recorded_at >= $changed_since
    union all
    select snapshot_at
    from core.depth
    where superseded_at >= $changed_since
    union all
    select as_of
    from core.leverage_tiers
    where recorded_at >= $changed_since
    union all
    select as_of
    from core.leverage_tiers
    where superseded_at >= $changed_since

),

facts as (

    select
        min(snapshot_at) as since,
        max(snapshot_at) as until
    from changed

),

recent_runs as (

    select
        run_id,
        snapshot_at
    from ops.runs
    where started_at >= $changed_since

),

-- A venue heard of for the first time: what was missing of it before is known only now.
first_listed as (

    select venue
    from core.instruments
    group by venue
    having
        min(valid_from) >= $changed_since
        or min(valid_from) in (select recent_runs.snapshot_at from recent_runs)

),

unknown_before as (

    select
        min(runs.snapshot_at) as since,
        max(runs.snapshot_at) as until
    from ops.runs as runs
    inner join ops.coverage as coverage
        on runs.run_id = coverage.run_id
    inner join first_listed
        on coverage.venue = first_listed.venue

),

runs as (

    select
        min(snapshot_at) as since,
        max(snapshot_at) as until
    from recent_runs

),

-- What such a run saw is what the history it fetched of the day before is covered by.
top_ups as (

    select min(snapshot_at) - interval 24 hour as since
    from ops.runs
    where
        flow = 'top_up'
        and (
            started_at >= $changed_since
            or snapshot_at in (select changed.snapshot_at from changed)
        )

)

select
    least(facts.since, unknown_before.since, runs.since, top_ups.since) as since,
    greatest(facts.until, unknown_before.until, runs.until) as until,
    facts.since as facts_since,
    newest.snapshot_at as newest
from facts
cross join unknown_before
cross join runs
cross join top_ups
cross join newest
