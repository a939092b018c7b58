-- runs_ended: every run that has ended, well or not; such runs stay on record for ever.
-- Grain   one row per run_id
-- Inputs  ops.runs
select runs.run_id
from ops.runs as runs
where runs.state <> 'running'
order by runs.run_id
