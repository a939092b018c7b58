-- run_forget: take a run off the record that turned out to repeat another.
-- Grain   one row per run_id
-- Inputs  ops.runs
-- Params  $run_id
delete from ops.runs
where
    run_id = $run_id
    and state = 'running'
