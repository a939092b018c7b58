-- restate_history_close: close the current rows that restated ones take the place of.
-- Inputs  core.open_interest, restated_history
-- Params  $recorded_at  timestamptz, when the restatement becomes known
update core.open_interest as known
set superseded_at = $recorded_at
from restated_history as restated
where
    known.superseded_at is null
    and known.snapshot_at = restated.snapshot_at
    and known.venue = restated.venue
    and known.symbol = restated.symbol
