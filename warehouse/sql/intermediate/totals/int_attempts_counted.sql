-- int_attempts_counted: of what part of the venues that a snapshot should hold anything is known.
-- Grain   one row per snapshot_at
-- Inputs  int_venues_attempted
select
    snapshot_at,
    1 - count(*) filter (where not is_known) / count(*) as heard_share,
    string_agg(
        case when not is_known then venue || ' unknown' end, ', ' order by venue
    ) as words
from int_venues_attempted
group by all
