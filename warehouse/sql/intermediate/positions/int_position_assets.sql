-- int_position_assets: the assets that get a profile, largest open interest first.
-- Grain   one row per asset
-- Inputs  int_position_universe
-- Params  $top_assets  integer, how many assets
-- mark is the median over the asset's perpetuals, where it has none over its dated futures. An
-- asset of 1e24 coins or USD, which exact sums could not hold, gets no profile.
with

assets as (

    select
        asset,
        sum(oi_base) as oi_base,
        sum(oi_usd) as oi_usd,
        coalesce(median(mark_price) filter (where kind = 'perp'), median(mark_price)) as mark,
        bool_or(is_simulated) as is_simulated
    from int_position_universe
    group by asset

)

select * from assets
where
    oi_usd > 0
    and greatest(oi_base, oi_usd, oi_base * mark) < 1e24
order by oi_usd desc, asset asc
limit $top_assets
