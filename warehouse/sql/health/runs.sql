-- runs: every run on record, and the venues that told something when it asked them.
-- Grain   one row per run_id and venue; venue is null where nobody was asked
-- Inputs  ops.runs, ops.coverage
-- A run that asked nobody (loaded history) has no responses to keep.
select
    runs.run_id,
    coverage.venue
from ops.runs as runs
left join ops.coverage as coverage
    on
        runs.run_id = coverage.run_id
        and coverage.requests > 0
        and coverage.accepted > 0
order by
    runs.run_id asc,
    coverage.venue asc
