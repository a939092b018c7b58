-- read_events: rows of a calendar file, with their types; a cell that does not fit is an error.
-- Grain   one row per (event_at, asset, event_type)
-- Inputs  given_rows
select distinct
    cast(given_rows.event_at as timestamptz) as event_at,
    upper(trim(given_rows.asset)) as asset,
    trim(given_rows.event_type) as event_type
from given_rows
order by all
