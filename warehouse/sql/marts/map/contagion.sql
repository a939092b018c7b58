-- contagion: what forced sales on one exchange would cost positions on another (modelled).
-- Grain   one row per (snapshot_at, venue_from, venue_to)
-- Inputs  int_position_universe, int_position_missing, int_liquidation_venue_depth
-- Params  $until  timestamptz, the snapshot to build
-- Window  snapshot_at
-- overlap = sum over coins of holdings * holdings / depth, depth in USD per one percent. Selling
-- a share s of everything costs the other side s * overlap / 100. Holdings and depth are of the
-- exchanges whose order books were read, of coins of which these hold enough of the open interest:
-- covered_share is what they hold of those of a pair. oi_covered is what such holdings are of all
-- that the seller has; one of which too little is known sells nothing here. Of what is missing at
-- the snapshot the last known figure counts, among what no book was read of.
with

books as (

    select
        asset,
        venue,
        avg(usd) as usd
    from int_liquidation_venue_depth
    where
        band = 0.01
        and usd > 0
    group by asset, venue
    having count(distinct side) = 2

),

held as (

    select
        universe.venue,
        universe.asset,
        core.exact_sum(universe.oi_usd) as usd,
        bool_or(universe.is_simulated) as is_simulated
    from int_position_universe as universe
    where universe.oi_usd > 0
    group by universe.venue, universe.asset

),

-- What each venue holds of a coin, read, not read, or missing at the snapshot.
known as (

    select
        held.venue,
        held.asset,
        held.usd,
        if(books.venue is not null, held.usd, 0) as read_usd,
        books.usd as usd_per_pct
    from held
    left join books
        using (asset, venue)
    union all
    select
        venue,
        asset,
        usd,
        0 as read_usd,
        cast(null as double) as usd_per_pct
    from int_position_missing

),

coins as (

    select
        asset,
        core.exact_sum(usd) as usd,
        core.exact_sum(read_usd) as read_usd,
        core.exact_sum(usd_per_pct) as usd_per_pct
    from known
    group by asset

),

measured as (

    select
        held.*,
        coins.usd_per_pct,
        coins.usd as coin_usd,
        coins.read_usd as coin_read_usd
    from held
    inner join books
        using (asset, venue)
    inner join coins
        on held.asset = coins.asset
    where core.is_covered(coins.read_usd / coins.usd)

),

covered as (

    select
        known.venue,
        least(
            core.exact_sum(if(measured.venue is not null, known.read_usd, 0))
            / core.exact_sum(known.usd),
            1
        ) as oi_covered
    from known
    left join measured
        using (asset, venue)
    group by known.venue
    having core.is_covered(oi_covered)

),

pairs as (

    select
        sellers.venue as venue_from,
        others.venue as venue_to,
        sum(sellers.usd * others.usd / sellers.usd_per_pct order by sellers.asset)
            as overlap_usd,
        cast(count(*) as integer) as assets,
        least(core.exact_sum(sellers.coin_read_usd) / core.exact_sum(sellers.coin_usd), 1)
            as covered_share,
        any_value(covered.oi_covered) as oi_covered,
        bool_or(sellers.is_simulated or others.is_simulated) as is_simulated
    from measured as sellers
    inner join measured as others
        on sellers.asset = others.asset
    inner join covered
        on sellers.venue = covered.venue
    group by sellers.venue, others.venue

),

systemic as (

    select
        venue_from,
        coalesce(sum(overlap_usd order by venue_to) filter (where venue_to <> venue_from), 0)
            as systemic_overlap_usd
    from pairs
    group by venue_from

),

ranked as (

    select
        *,
        cast(rank() over (order by systemic_overlap_usd desc) as integer) as systemic_rank
    from systemic

)

select
    $until as snapshot_at,
    pairs.venue_from,
    pairs.venue_to,
    pairs.overlap_usd,
    0.02 as forced_share,
    0.02 * pairs.overlap_usd / 100 as loss_usd,
    ranked.systemic_overlap_usd,
    ranked.systemic_rank,
    pairs.assets,
    pairs.oi_covered,
    pairs.is_simulated,
    pairs.covered_share
from pairs
inner join ranked
    on pairs.venue_from = ranked.venue_from
order by pairs.venue_from, pairs.venue_to
