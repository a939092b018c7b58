-- int_liquidation_venue_depth: order-book depth of an asset on each exchange.
-- Grain   one row per (asset, venue, side, band)
-- Inputs  core.depth, int_position_assets
-- Params  $until            timestamptz, the snapshot to build
--         $known_at         timestamptz, facts recorded later do not count
--         $max_age_minutes  double, depth further from the snapshot than this is stale
-- A book that was sent in part counts with what it shows: the least there is.
with

books as (

    select
        depth.asset,
        depth.venue,
        depth.side,
        depth.band,
        depth.base,
        depth.usd,
        depth.is_simulated
    from core.depth as depth
    where
        depth.recorded_at <= $known_at
        and (depth.superseded_at is null or depth.superseded_at > $known_at)
        and depth.snapshot_at <= $until
        and depth.snapshot_at
        >= $until - to_microseconds(cast($max_age_minutes * 60e6 as bigint))
        and depth.asset in (select assets.asset from int_position_assets as assets)
    qualify
        row_number() over (
            partition by depth.venue, depth.symbol, depth.side, depth.band
            order by depth.snapshot_at desc, depth.recorded_at desc
        ) = 1

)

select
    asset,
    venue,
    side,
    band,
    core.exact_sum(base) as base,
    core.exact_sum(usd) as usd,
    bool_or(is_simulated) as is_simulated
from books
group by asset, venue, side, band
order by asset, venue, side, band
