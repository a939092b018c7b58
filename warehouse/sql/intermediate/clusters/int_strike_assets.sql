-- int_strike_assets: the assets with options, all exchanges together.
-- Grain   one row per asset
-- Inputs  int_strike_universe, int_position_universe
-- Params  $until  timestamptz, the snapshot to build
-- mark is the median over the asset's perpetuals, as for the other clusters; without any, the
-- median price of the underlying that comes with the options, where the other clusters take that of
-- the dated futures; null without either.
with

options as (

    select
        asset,
        core.exact_sum(oi_base) as oi_base,
        median(coalesce(index_price, oi_usd / nullif(oi_base, 0))) as index_price,
        bool_or(is_simulated) as is_simulated
    from int_strike_universe
    where taken_at = $until
    group by asset

),

perpetuals as (

    select
        asset,
        median(mark_price) as mark,
        bool_or(is_simulated) as is_simulated
    from int_position_universe
    where kind = 'perp'
    group by asset

)

select
    options.asset,
    options.oi_base,
    coalesce(perpetuals.mark, options.index_price) as mark,
    options.is_simulated or coalesce(perpetuals.is_simulated, false) as is_simulated
from options
left join perpetuals
    on options.asset = perpetuals.asset
order by options.asset
