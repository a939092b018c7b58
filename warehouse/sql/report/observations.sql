-- observations: the newest observation of accounts that is fresh at the snapshot.
-- Grain   one row, none when there is none
-- Inputs  ops.observations
-- Params  $snapshot_at, $max_age_minutes
select
    observations.snapshot_at,
    observations.venue,
    observations.accounts_listed,
    observations.accounts_answered,
    observations.positions_accepted,
    observations.positions_rejected,
    observations.note
from ops.observations as observations
where
    observations.snapshot_at <= $snapshot_at
    and observations.snapshot_at
    >= $snapshot_at - to_microseconds(cast($max_age_minutes * 60e6 as bigint))
order by
    observations.snapshot_at desc,
    observations.recorded_at desc
limit 1
