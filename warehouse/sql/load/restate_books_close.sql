-- restate_books_close: close imported rows under another id of an exchange.
-- Inputs  core.open_interest, one_names (venue, line, name)
-- Params  $since        timestamptz, first instant
--         $recorded_at  timestamptz, when the restatement becomes known
update core.open_interest as known
set superseded_at = $recorded_at
from one_names as names
where
    known.superseded_at is null
    and known.source = 'import'
    and known.snapshot_at >= $since
    and known.venue = names.venue
    and names.line = if(known.kind = 'option', 'option', known.margin)
