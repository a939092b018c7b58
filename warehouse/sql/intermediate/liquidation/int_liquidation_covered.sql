-- int_liquidation_covered: how much of an asset's open interest is where order books were read.
-- Grain   one row per (asset, side of the order book) that was read anywhere
-- Inputs  int_position_universe, int_position_missing, int_liquidation_venue_depth
-- Of what is missing at the snapshot the last known figure counts: its books were not read. Positions are set against depth on these exchanges alone, and where they hold enough of the open
-- interest; withheld_reason says so where they do not.
with

held as (

    select
        asset,
        venue,
        core.exact_sum(oi_usd) as usd
    from int_position_universe
    where oi_usd > 0
    group by asset, venue

),

totals as (

    select
        asset,
        core.exact_sum(usd) as usd
    from (
        select
            asset,
            usd
        from held
        union all
        select
            asset,
            usd
        from int_position_missing
    ) as known
    group by asset

),

shares as (

    select
        depth.asset,
        depth.side,
        least(core.exact_sum(held.usd) / any_value(totals.usd), 1) as covered_share
    from int_liquidation_venue_depth as depth
    inner join held
        using (asset, venue)
    inner join totals
        on depth.asset = totals.asset
    where depth.band = 0.01
    group by depth.asset, depth.side

)

select
    *,
    if(
        core.is_covered(covered_share),
        null,
        'exchanges whose order books were read hold ' || cast(floor(100 * covered_share) as integer)
        || ' % of its open interest, 60 % are needed'
    ) as withheld_reason
from shares
order by asset, side
