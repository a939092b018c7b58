-- int_liquidation_depth: order-book depth of an asset, all exchanges together.
-- Grain   one row per (asset, side, band)
-- Inputs  int_liquidation_venue_depth
select
    asset,
    side,
    band,
    core.exact_sum(base) as base,
    core.exact_sum(usd) as usd,
    bool_or(is_simulated) as is_simulated
from int_liquidation_venue_depth
group by asset, side, band
order by asset, side, band
