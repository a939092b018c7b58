-- rejects: rows that validation refused, by venue and check, with one example.
-- Grain   one row per venue and check
-- Inputs  ops.rejects
-- Params  $run_id
select
    rejects.venue,
    rejects.check_name,
    count(*) as count,
    coalesce(min_by(rejects.symbol, rejects.record), '') as example_symbol,
    min_by(rejects.reason, rejects.record) as example_reason
from ops.rejects as rejects
where rejects.run_id = $run_id
group by
    rejects.venue,
    rejects.check_name
order by
    rejects.venue,
    rejects.check_name
