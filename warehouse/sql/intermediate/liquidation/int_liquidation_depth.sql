-- int_liquidation_depth: order-book depth of an asset, all exchanges whose books were read.
-- Grain   one row per (asset, side, band)
-- Inputs  int_liquidation_venue_depth, int_liquidation_covered
select
    depth.asset,
    depth.side,
    depth.band,
    core.exact_sum(depth.base) as base,
    core.exact_sum(depth.usd) as usd,
    any_value(covered.covered_share) as covered_share,
    any_value(covered.withheld_reason) as withheld_reason,
    bool_or(depth.is_simulated) as is_simulated
from int_liquidation_venue_depth as depth
inner join int_liquidation_covered as covered
    using (asset, side)
group by depth.asset, depth.side, depth.band
order by depth.asset, depth.side, depth.band
