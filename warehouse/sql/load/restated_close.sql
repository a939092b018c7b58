-- restated_close: close the rows that restated ones are made of.
-- Inputs  core.open_interest, restated_history (replaced: the rowid of what it takes the place of)
-- Params  $recorded_at  timestamptz, when the restatement becomes known
update core.open_interest as known
set superseded_at = $recorded_at
from restated_history as restated
where
    known.superseded_at is null
    and known.snapshot_at = restated.snapshot_at
    and known.rowid = restated.replaced
