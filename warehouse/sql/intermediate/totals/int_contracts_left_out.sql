-- int_contracts_left_out: contracts whose price says that they cannot be summed.
-- Grain   one row per (snapshot_at, venue, symbol)
-- Inputs  core.open_interest by core.contracts_left_out
-- Params  $since            timestamptz, first instant of the window
--         $recent           timestamptz, from here on models read every fact
--         $until            timestamptz, last instant of the window
--         $max_age_minutes  double, further from the snapshot than this is stale
-- is_other: it is known to be another thing than the asset whose name it bears.
select
    snapshot_at,
    venue,
    symbol,
    is_other,
    reason
from core.contracts_left_out($recent, $until, timestamptz 'infinity', $max_age_minutes)
union
select
    snapshot_at,
    venue,
    symbol,
    is_other,
    reason
from
    core.contracts_left_out(
        $since - interval '7 days 30 minutes',
        $until - interval '6 days 23 hours 30 minutes',
        timestamptz 'infinity',
        $max_age_minutes
    )
