-- int_lines_covered: what of an asset's instruments on one product line of a venue is there.
-- Grain   one row per (snapshot_at, group_id, venue_id, product_id); product_id may be null
-- Inputs  int_universe_weighed
select
    snapshot_at,
    group_id,
    venue_id,
    product_id,
    min(venue) as venue,
    coalesce(core.exact_sum(case when is_fresh then weight_usd end), 0) as fresh_usd,
    coalesce(core.exact_sum(weight_usd), 0) as known_usd,
    count(*) as instruments,
    count(weight_usd) as known,
    count(*) filter (where is_fresh) as fresh,
    bool_or(is_stale) as is_stale,
    bool_or(is_suspect) as is_suspect,
    bool_or(not is_fresh and weight_usd is not null) as is_missing
from int_universe_weighed
group by all
