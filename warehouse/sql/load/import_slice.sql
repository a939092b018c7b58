-- import_slice: the imported rows of a span of time, numbered, with how many share their key.
-- Grain   one row per imported row
-- Inputs  scratch.import_rows (import_at and import_key identify a row)
-- Params  $since  timestamptz, first instant
--         $until  timestamptz, exclusive
create or replace temp table import_slice as
select
    rows.*,
    row_number() over () as row_id,
    count(*) over (partition by rows.import_at, rows.import_key) as copies
from scratch.import_rows as rows
where
    rows.import_at >= $since
    and rows.import_at < $until
