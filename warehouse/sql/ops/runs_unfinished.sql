-- runs_unfinished: runs that are on record as running, alive or not.
-- Grain   one row per run_id
-- Inputs  ops.runs
select
    run_id,
    flow,
    snapshot_at,
    source,
    is_simulated,
    started_at
from ops.runs
where state = 'running'
order by
    started_at,
    run_id
