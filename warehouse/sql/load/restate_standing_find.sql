-- restate_standing_find: the rows that take the place of those with another verdict before.
-- Grain   one row per row to restate
-- Inputs  core.open_interest, judged_standing
-- Params  $recorded_at  timestamptz, when the verdict becomes known
create or replace temp table restated_history as
select
    known.rowid as replaced,
    known.* replace (
        $recorded_at as recorded_at,
        if(
            judged.verdict is null and not coalesce(known.is_contradicted, false), 'ok', 'suspect'
        ) as quality,
        judged.verdict as suspect_reason
    )
from core.open_interest as known
inner join judged_standing as judged
    using (snapshot_at, venue, symbol)
where
    known.superseded_at is null
    and known.recorded_at <> $recorded_at
