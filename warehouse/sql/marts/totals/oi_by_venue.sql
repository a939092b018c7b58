-- oi_by_venue: open interest of one asset on one venue, and its share of the asset.
-- Grain   one row per (snapshot_at, asset, kind_group, venue) with at least one fresh row
-- Inputs  int_venues_summed, int_instruments_numbered, int_coverage_counted,
--         int_references_found, int_changes_paired
-- Params  $since  timestamptz, first instant of the window
--         $until  timestamptz, last instant of the window
-- Window  snapshot_at
-- Slices  2500000 rows of core.open_interest
-- Shares are compared at unchanged prices, over instruments fresh at both instants, and only when
-- both totals are published and hold the same venues: a venue that drops out lifts the share of all
-- others without anyone having traded.
-- group_id and venue_id follow (asset, kind_group) and venue: sorting by them is cheaper.
with

venue_sets as (

    select
        snapshot_at,
        group_id,
        bit_or(cast(1 as hugeint) << venue_id) as venues
    from int_venues_summed
    group by all

),

totals as (

    select
        venue_sets.*,
        covered.published
    from venue_sets
    inner join int_coverage_counted as covered
        using (snapshot_at, group_id)

),

-- Materialised: joined by their venues first, every snapshot would meet every other.
later as materialized (

    select
        found.snapshot_at,
        found.group_id,
        found.reference_at,
        totals.venues
    from int_references_found as found
    inner join totals
        using (snapshot_at, group_id)
    where
        found.horizon = '24h'
        and totals.published

),

comparable as (

    select
        later.snapshot_at,
        later.group_id
    from later
    inner join totals as earlier
        on
            later.reference_at = earlier.snapshot_at
            and later.group_id = earlier.group_id
    where
        earlier.published
        and later.venues = earlier.venues

),

moved as (

    select
        snapshot_at,
        group_id,
        venue_id,
        core.exact_sum(case when horizon = '24h' then usd_0 end) as matched_usd_24h,
        core.exact_sum(case when horizon = '24h' then positions_usd end) as positions_usd_24h,
        core.exact_sum(case when horizon = '7d' then usd_0 end) as matched_usd_7d,
        core.exact_sum(case when horizon = '7d' then positions_usd end) as positions_usd_7d
    from int_changes_paired
    where horizon in ('24h', '7d')
    group by all

),

compared as (

    select
        moved.snapshot_at,
        moved.group_id,
        core.exact_sum(moved.matched_usd_24h) as matched_usd,
        core.exact_sum(moved.positions_usd_24h) as positions_usd
    from moved
    inner join comparable
        using (snapshot_at, group_id)
    group by all

),

assets as (

    select distinct
        group_id,
        asset,
        kind_group
    from int_instruments_numbered

)

select
    summed.snapshot_at,
    assets.asset,
    assets.kind_group,
    summed.venue,
    summed.oi_base,
    summed.oi_usd,
    summed.share,
    core.share_change_pp(
        moved.matched_usd_24h, moved.positions_usd_24h,
        compared.matched_usd, compared.positions_usd
    ) as share_change_24h_pp,
    summed.unit_evidence,
    summed.counting_evidence,
    summed.is_simulated,
    moved.matched_usd_24h,
    moved.positions_usd_24h,
    moved.matched_usd_7d,
    moved.positions_usd_7d
from int_venues_summed as summed
inner join assets
    on summed.group_id = assets.group_id
left join moved
    on
        summed.snapshot_at = moved.snapshot_at
        and summed.group_id = moved.group_id
        and summed.venue_id = moved.venue_id
left join compared
    on
        summed.snapshot_at = compared.snapshot_at
        and summed.group_id = compared.group_id
where summed.snapshot_at between $since and $until
order by
    summed.snapshot_at asc,
    summed.group_id asc,
    summed.venue_id asc
