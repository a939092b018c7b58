-- contradicted_restate: the rows that take the place of those whose mark differs.
-- Inputs  core.open_interest, contradicted_rows
-- Params  $recorded_at  timestamptz, when the restatement becomes known
create or replace temp table restated_history as
select
    known.rowid as replaced,
    known.* replace (
        if(found.is_contradicted or known.suspect_reason is not null, 'suspect', 'ok') as quality,
        found.is_contradicted as is_contradicted,
        $recorded_at as recorded_at
    )
from core.open_interest as known
inner join contradicted_rows as found
    on known.rowid = found.row_id
where known.recorded_at <> $recorded_at
