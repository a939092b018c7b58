-- restate_books_named: imported rows under another id of an exchange, under the name of their book.
-- Grain   one row per row to restate
-- Inputs  core.open_interest, one_names (venue, line, name)
-- Params  $since        timestamptz, first instant
--         $recorded_at  timestamptz, when the restatement becomes known
create or replace temp table restated_history as
select
    known.rowid as replaced,
    known.* replace (names.name as venue, $recorded_at as recorded_at)
from core.open_interest as known
inner join one_names as names
    on
        known.venue = names.venue
        and if(known.kind = 'option', 'option', known.margin) = names.line
where
    known.superseded_at is null
    and known.source = 'import'
    and known.snapshot_at >= $since
