-- restate_standing_close: close the rows that had another verdict before.
-- Inputs  core.open_interest, judged_standing
-- Params  $recorded_at  timestamptz, when the verdict becomes known
update core.open_interest as known
set superseded_at = $recorded_at
from judged_standing as judged
where
    known.superseded_at is null
    and known.recorded_at <> $recorded_at
    and known.snapshot_at = judged.snapshot_at
    and known.venue = judged.venue
    and known.symbol = judged.symbol
