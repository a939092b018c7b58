-- import_slice: the imported rows of a span of time, numbered, with how many share their key.
-- Grain   one row per imported row
-- Inputs  scratch.import_rows (with bar_interval, empty for open interest)
-- Params  $since  timestamptz, first instant
--         $until  timestamptz, exclusive
create or replace temp table import_slice as
select
    rows.*,
    row_number() over () as row_id,
    count(*) over (
        partition by rows.import_at, rows.bar_interval, rows.venue, rows.symbol
    ) as copies
from scratch.import_rows as rows
where
    rows.import_at >= $since
    and rows.import_at < $until
