-- import_keep_bars: keep a piece of a stream of imported rows beside the warehouse.
-- Inputs  import_batches, scratch.import_rows
insert into scratch.import_rows by name
select
    batches.*,
    batches.bar_at as import_at,
    batches."interval" as bar_interval
from import_batches as batches
