-- int_cluster_parts: what can cluster, by price: entries, levels of either side, strikes.
-- Grain   one row per (asset, kind, side, venue, bin)
-- Inputs  marts.oi_profile, int_position_bins, int_liquidation_levels, int_strike_universe,
--         int_strike_ladder, int_strike_assets
-- Params  $until                 timestamptz, the snapshot to build
--         $liquidation_clusters  boolean, whether levels are clustered too
-- base is the figure itself, the three others what other assumptions give: for entries the
-- rotations 0 and 0.2, for levels the three stated priors beside the calibrated one. Open interest
-- by strike is published, not modelled: no others. Calls and puts are two sides: what they do to
-- the price differs. An option is worth its coins at the price of the underlying, as in the totals.
-- Entries are the mean of both sides of the profile, without what is older than the history; age
-- and band are those of the same bin before forced closes.
with

sides as (

    select
        asset,
        venue,
        price_low,
        sum(base - initial_base order by side) / 2 as base
    from marts.oi_profile
    where snapshot_at = $until
    group by asset, venue, price_low

),

entries as (

    select
        bins.asset,
        bins.venue,
        bins.bin,
        (bins.price_low + bins.price_high) / 2 as price,
        coalesce(sides.base, 0) as base,
        bins.base_low,
        bins.base_high,
        bins.base_hours,
        if(bins.base > 0, coalesce(sides.base, 0) / bins.base, 1) as part
    from int_position_bins as bins
    left join sides
        using (asset, venue, price_low)

)

select
    asset,
    'entry' as kind,
    'both' as side,
    venue,
    bin,
    price,
    base,
    base * price as usd,
    base_low * part as base_a,
    base_high * part as base_b,
    base as base_c,
    base_hours * part as base_hours
from entries
union all
select
    asset,
    'liquidation' as kind,
    side,
    venue,
    bin,
    (price_low + price_high) / 2 as price,
    calibrated as base,
    calibrated * (price_low + price_high) / 2 as usd,
    base as base_a,
    retail_heavy as base_b,
    institutional as base_c,
    cast(null as double) as base_hours
from int_liquidation_levels
where $liquidation_clusters
union all
select
    options.asset,
    'strike' as kind,
    options.side,
    options.venue,
    ladder.bin,
    ladder.strike as price,
    core.exact_sum(options.oi_base) as base,
    core.exact_sum(coalesce(options.oi_usd, options.oi_base * assets.mark)) as usd,
    cast(null as double) as base_a,
    cast(null as double) as base_b,
    cast(null as double) as base_c,
    cast(null as double) as base_hours
from int_strike_universe as options
inner join int_strike_ladder as ladder
    using (asset, strike)
inner join int_strike_assets as assets
    on options.asset = assets.asset
where
    options.taken_at = $until
    and options.side is not null
group by options.asset, options.side, options.venue, ladder.bin, ladder.strike
