-- restate_standing_now: write verdicts to the rows that become known at the same time.
-- Inputs  core.open_interest, judged_standing
-- Params  $recorded_at  timestamptz, when the verdict becomes known
update core.open_interest as known
set
    quality = if(
        judged.verdict is null and not coalesce(known.is_contradicted, false), 'ok', 'suspect'
    ),
    suspect_reason = judged.verdict
from judged_standing as judged
where
    known.superseded_at is null
    and known.recorded_at = $recorded_at
    and known.snapshot_at = judged.snapshot_at
    and known.venue = judged.venue
    and known.symbol = judged.symbol
