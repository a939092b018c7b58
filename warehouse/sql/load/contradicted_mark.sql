-- contradicted_mark: judge rows of this very load by what was measured.
-- Inputs  core.open_interest, marts.conventions, ops.unit_rules
-- Params  $recorded_at  timestamptz, when the load becomes known
-- Nobody has seen these rows yet, so they are changed in place.
update core.open_interest as known
set
    quality = if(found.is_contradicted or known.suspect_reason is not null, 'suspect', 'ok'),
    is_contradicted = found.is_contradicted
from contradicted_rows as found
where
    known.rowid = found.row_id
    and known.recorded_at = $recorded_at
