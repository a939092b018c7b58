-- int_attempts_counted: how many venues a snapshot should hold, and of which nothing is known.
-- Grain   one row per snapshot_at
-- Inputs  int_venues_attempted
select
    snapshot_at,
    count(*) as attempted,
    1 - count(*) filter (where not is_known) / count(*) as heard_share,
    string_agg(
        case when not is_known then venue || ' unknown' end, ', ' order by venue
    ) as words
from int_venues_attempted
group by all
