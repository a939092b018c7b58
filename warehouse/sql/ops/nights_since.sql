-- nights_since: nightly runs on record, to see which nights did not happen.
-- Grain   one row per run
-- Inputs  ops.runs
-- Params  $since  timestamptz
select
    runs.run_id,
    runs.snapshot_at,
    runs.state,
    runs.source
from ops.runs as runs
where
    runs.flow = 'nightly'
    and runs.snapshot_at >= $since
order by
    runs.snapshot_at,
    runs.started_at,
    runs.run_id
