-- int_cluster_parts: what can cluster, by price: entries, and levels of either side.
-- Grain   one row per (asset, kind, side, venue, bin)
-- Inputs  int_position_bins, int_liquidation_levels
-- Params  $liquidation_clusters  boolean, whether levels are clustered too
-- base is the figure itself, the three others what other assumptions give: for entries the
-- rotations 0 and 0.2, for levels the three stated priors beside the calibrated one.
select
    asset,
    'entry' as kind,
    'both' as side,
    venue,
    bin,
    price_low,
    price_high,
    base,
    base_low as base_a,
    base_high as base_b,
    base as base_c,
    base_hours
from int_position_bins
union all
select
    asset,
    'liquidation' as kind,
    side,
    venue,
    bin,
    price_low,
    price_high,
    calibrated as base,
    base as base_a,
    retail_heavy as base_b,
    institutional as base_c,
    cast(null as double) as base_hours
from int_liquidation_levels
where $liquidation_clusters
