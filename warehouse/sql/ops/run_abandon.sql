-- run_abandon: close a run that was killed before anything came of it.
-- Grain   one row per run_id
-- Inputs  ops.runs
-- Params  $run_id, $ended_at, $reason
update ops.runs
set
    state = 'abandoned',
    ended_at = $ended_at,
    error = $reason
where run_id = $run_id
