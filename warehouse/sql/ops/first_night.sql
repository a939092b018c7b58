-- first_night: when the first nightly run was; before that no night can have been missed.
-- Grain   one row
-- Inputs  ops.runs
select min(runs.snapshot_at) as snapshot_at
from ops.runs as runs
where runs.flow = 'nightly'
