-- int_liquidation_venue_depth: order-book depth of an asset on each exchange whose books were read.
-- Grain   one row per (asset, venue, side, band)
-- Inputs  core.depth, int_position_universe, int_position_assets
-- Params  $until            timestamptz, the snapshot to build
--         $known_at         timestamptz, facts recorded later do not count
--         $max_age_minutes  double, depth further from the snapshot than this is stale
-- An exchange's books were read when those of contracts that hold enough of its open interest in
-- the asset were. A book that was sent in part counts with what it shows: the least there is.
with

books as (

    select
        depth.asset,
        depth.venue,
        depth.symbol,
        depth.side,
        depth.band,
        depth.base,
        depth.usd,
        depth.is_simulated
    from core.depth as depth
    where
        core.was_known(depth.recorded_at, depth.superseded_at, $known_at)
        and depth.snapshot_at <= $until
        and depth.snapshot_at
        >= $until - to_microseconds(cast($max_age_minutes * 60e6 as bigint))
        and depth.asset in (select assets.asset from int_position_assets as assets)
    qualify
        row_number() over (
            partition by depth.venue, depth.symbol, depth.side, depth.band
            order by depth.snapshot_at desc, depth.recorded_at desc
        ) = 1

),

held as (

    select
        asset,
        venue,
        core.exact_sum(oi_usd) as usd
    from int_position_universe
    group by asset, venue

),

held_beside as (

    select
        universe.asset,
        universe.venue,
        books.side,
        core.exact_sum(universe.oi_usd) as usd
    from int_position_universe as universe
    inner join books
        using (asset, venue, symbol)
    where
        books.band = 0.01
        and books.usd > 0
    group by universe.asset, universe.venue, books.side

),

was_read as (

    select
        held_beside.asset,
        held_beside.venue,
        held_beside.side
    from held_beside
    inner join held
        using (asset, venue)
    where core.is_covered(held_beside.usd / nullif(held.usd, 0))

)

select
    books.asset,
    books.venue,
    books.side,
    books.band,
    core.exact_sum(books.base) as base,
    core.exact_sum(books.usd) as usd,
    bool_or(books.is_simulated) as is_simulated
from books
inner join was_read
    using (asset, venue, side)
group by books.asset, books.venue, books.side, books.band
order by books.asset, books.venue, books.side, books.band
