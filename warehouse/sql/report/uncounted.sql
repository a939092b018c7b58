-- uncounted: rows that are stored but not counted, and why.
-- Grain   one row per venue, kind_group and reason
-- Inputs  marts.oi_uncounted
-- Params  $snapshot_at
select uncounted.*
from marts.oi_uncounted as uncounted
where uncounted.snapshot_at = $snapshot_at
order by
    uncounted.venue,
    uncounted.kind_group,
    uncounted.reason
