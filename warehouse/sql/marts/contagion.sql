-- contagion: what forced sales on one exchange would cost positions on another (modelled).
-- Grain   one row per (snapshot_at, venue_from, venue_to)
-- Inputs  int_position_universe, int_position_assets, int_liquidation_depth
-- Params  $until  timestamptz, the snapshot to build
-- overlap = sum over coins of holdings * holdings / depth, depth in USD per one percent. Selling
-- a share s of everything costs the other side s * overlap / 100. Only coins whose depth was
-- measured count; oi_covered says what part of the seller's open interest that is.
with

depth as (

    select
        asset,
        avg(usd) as usd_per_pct
    from int_liquidation_depth
    where
        band = 0.01
        and usd > 0
    group by asset
    having count(distinct side) = 2

),

holdings as (

    select
        universe.venue,
        universe.asset,
        sum(universe.oi_usd order by universe.symbol) as usd,
        bool_or(universe.is_simulated) as is_simulated
    from int_position_universe as universe
    where universe.oi_usd > 0
    group by universe.venue, universe.asset

),

measured as (

    select
        holdings.*,
        depth.usd_per_pct
    from holdings
    inner join depth
        on holdings.asset = depth.asset

),

covered as (

    select
        holdings.venue,
        least(
            sum(holdings.usd order by holdings.asset) filter (where depth.asset is not null)
            / nullif(sum(holdings.usd order by holdings.asset), 0),
            1
        ) as oi_covered
    from holdings
    left join depth
        on holdings.asset = depth.asset
    group by holdings.venue

),

pairs as (

    select
        sellers.venue as venue_from,
        others.venue as venue_to,
        sum(sellers.usd * others.usd / sellers.usd_per_pct order by sellers.asset)
            as overlap_usd,
        cast(count(*) as integer) as assets,
        bool_or(sellers.is_simulated or others.is_simulated) as is_simulated
    from measured as sellers
    inner join measured as others
        on sellers.asset = others.asset
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
    coalesce(covered.oi_covered, 0) as oi_covered,
    pairs.is_simulated
from pairs
inner join ranked
    on pairs.venue_from = ranked.venue_from
inner join covered
    on pairs.venue_from = covered.venue
order by pairs.venue_from, pairs.venue_to
