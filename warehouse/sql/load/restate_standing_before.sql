-- restate_standing_before: add the rows that take the place of those with another verdict before.
-- Inputs  core.open_interest, judged_standing
-- Params  $recorded_at  timestamptz, when the verdict becomes known
insert into core.open_interest by name
select
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
order by known.snapshot_at, known.venue, known.symbol
