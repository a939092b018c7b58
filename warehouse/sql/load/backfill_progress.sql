-- backfill_progress: note how far a backfill has come.
-- Inputs  ops.backfill, staged_progress (columns of ops.backfill)
insert into ops.backfill by name
select staged.*
from staged_progress as staged
