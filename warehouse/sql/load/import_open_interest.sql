-- import_open_interest: add a stream of imported rows as they come.
-- Inputs  import_batches (columns of core.open_interest that a file can tell)
-- Params  $recorded_at  timestamptz, when the rows become known
--         $run_id       varchar, the run that brings them
insert into core.open_interest by name
select
    batches.*,
    $recorded_at as recorded_at,
    null::timestamptz as superseded_at,
    $run_id as run_id,
    'import' as source,
    false as is_simulated
from import_batches as batches
