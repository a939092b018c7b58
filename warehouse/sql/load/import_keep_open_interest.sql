-- import_keep_open_interest: keep a piece of a stream of imported rows beside the warehouse.
-- Inputs  import_batches, scratch.import_rows
insert into scratch.import_rows by name
select
    batches.*,
    batches.snapshot_at as import_at,
    '' as bar_interval
from import_batches as batches
