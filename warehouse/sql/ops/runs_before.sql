-- runs_before: how many runs were asked the same of the same instant.
-- Grain   one row
-- Inputs  ops.runs
-- Params  $flow, $source, $snapshot_at
select count(*)
from ops.runs
where
    flow = $flow
    and source = $source
    and snapshot_at = $snapshot_at
