-- run_begin: put a run on record as running.
-- Grain   one row per run_id
-- Inputs  ops.runs
-- Params  $run_id, $flow, $snapshot_at, $started_at, $version, $source, $is_simulated
insert into ops.runs
(run_id, flow, snapshot_at, started_at, state, version, source, is_simulated)
values
($run_id, $flow, $snapshot_at, $started_at, 'running', $version, $source, $is_simulated)
