-- removed: runs whose responses maintenance has removed, as it was set to.
-- Grain   one row per run_id
-- Inputs  ops.runs, ops.maintenance
with

removals as (

    select max(older_than) as until
    from ops.maintenance
    where
        action = 'remove'
        and target = 'raw'

)

select runs.run_id
from ops.runs as runs
cross join removals
where runs.snapshot_at < removals.until
order by runs.run_id
