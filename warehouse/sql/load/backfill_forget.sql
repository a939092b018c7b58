-- backfill_forget: drop the notes that are about to be written again.
-- Inputs  ops.backfill, staged_progress
delete from ops.backfill as known
using staged_progress as staged
where
    known.venue = staged.venue
    and known.symbol = staged.symbol
    and known.kind = staged.kind
