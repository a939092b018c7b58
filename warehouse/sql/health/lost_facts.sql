-- lost_facts: what a run accepted from a venue and no row of core.open_interest is left of.
-- Grain   one row per run_id and venue
-- Inputs  ops.runs, ops.coverage, core.open_interest
-- Rows of nightly runs and snapshots stay for ever: maintenance does not thin them.
select
    runs.run_id,
    coverage.venue,
    runs.snapshot_at
from ops.runs as runs
inner join ops.coverage as coverage
    on runs.run_id = coverage.run_id
where
    runs.flow in ('nightly', 'snapshot')
    and coverage.accepted > 0
    and not exists (
        select 1
        from core.open_interest as facts
        where
            facts.snapshot_at = runs.snapshot_at
            and facts.venue = coverage.venue
    )
order by
    runs.run_id asc,
    coverage.venue asc
