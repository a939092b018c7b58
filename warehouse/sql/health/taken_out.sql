-- taken_out: what maintenance took out of the warehouse, and where it was put.
-- Grain   one row per file
-- Inputs  ops.maintenance
select
    archive,
    rows_removed
from ops.maintenance
where archive is not null
order by archive
