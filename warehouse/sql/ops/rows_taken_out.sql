-- rows_taken_out: how many rows of facts maintenance took out, ever.
-- Grain   one row per table
-- Inputs  ops.maintenance
select
    target,
    sum(rows_removed)::bigint as rows_removed
from ops.maintenance
where
    action = 'thin'
    and target like 'core.%'
group by target
order by target
