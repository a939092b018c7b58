-- import_scratch_bars: make the table that holds imported rows beside the warehouse, empty.
-- Inputs  import_batches (none is read)
create table scratch.import_rows as
select
    batches.*,
    batches.bar_at as import_at,
    batches."interval" as bar_interval
from import_batches as batches
where false
