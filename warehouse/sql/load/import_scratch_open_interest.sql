-- import_scratch_open_interest: make the table that holds imported rows beside the warehouse.
-- Inputs  import_batches (none is read)
create table scratch.import_rows as
select
    batches.*,
    batches.snapshot_at as import_at,
    '' as bar_interval
from import_batches as batches
where false
