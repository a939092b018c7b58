-- oi_concentration: how few venues hold an asset's open interest, and who gains.
-- Grain   one row per (snapshot_at, asset, kind_group) with open interest
-- Inputs  marts.oi_by_asset, marts.oi_by_venue
-- Params  $since  timestamptz, first instant of the window
--         $until  timestamptz, last instant of the window
-- Window  snapshot_at
-- Reach   interval 7 day + interval 30 minute after
-- Slices  250000 rows of marts.oi_by_asset
-- The share of today's top venue is compared with its own share 24 hours and 7 days before, at the
-- nearest snapshot within 30 minutes that has the asset, at unchanged prices and like for like, as in
-- marts.oi_by_venue; only when both totals are published and hold the same venues, those with
-- nothing open among them.
with

horizons as (

    select listed.*
    from (values ('24h', interval 24 hour), ('7d', interval 168 hour))
        as listed (horizon, length)

),

snapshots as (

    select distinct snapshot_at
    from marts.oi_by_asset
    where snapshot_at between $since - interval 169 hour and $until

),

wanted as (

    -- the half hour that is wanted, and those beside it, hold every snapshot that is near enough
    select
        later.snapshot_at,
        horizons.horizon,
        epoch_us(later.snapshot_at - horizons.length) as wanted_us,
        divide(epoch_us(later.snapshot_at - horizons.length), 1800000000)
        + unnest([-1, 0, 1]) as half_hour
    from snapshots as later
    cross join horizons
    where later.snapshot_at >= $since

),

candidates as materialized (

    select
        wanted.snapshot_at,
        wanted.horizon,
        earlier.snapshot_at as reference_at,
        2 * abs(epoch_us(earlier.snapshot_at) - wanted.wanted_us)
        + cast(epoch_us(earlier.snapshot_at) > wanted.wanted_us as bigint) as distance
    from wanted
    inner join snapshots as earlier
        on
            wanted.half_hour = divide(epoch_us(earlier.snapshot_at), 1800000000)
            and abs(epoch_us(earlier.snapshot_at) - wanted.wanted_us) <= 1800000000

),

levels as (

    select
        snapshot_at,
        asset,
        kind_group
    from marts.oi_by_asset
    where snapshot_at between $since - interval 169 hour and $until

),

nearest as (

    select
        snapshot_at,
        horizon,
        arg_min(reference_at, distance) as reference_at
    from candidates
    group by all

),

-- Materialised, here and below: joined in any other order, every snapshot would meet every other.
placed as materialized (

    select
        levels.snapshot_at,
        levels.asset,
        levels.kind_group,
        nearest.horizon,
        nearest.reference_at,
        earlier.asset is not null as is_there
    from levels
    inner join nearest
        on levels.snapshot_at = nearest.snapshot_at
    left join levels as earlier
        on
            nearest.reference_at = earlier.snapshot_at
            and levels.asset = earlier.asset
            and levels.kind_group = earlier.kind_group

),

-- What the nearest snapshot does not have is looked for in the others.
paired as (

    select
        snapshot_at,
        asset,
        kind_group,
        horizon,
        reference_at
    from placed
    where is_there
    union all
    select
        placed.snapshot_at,
        placed.asset,
        placed.kind_group,
        placed.horizon,
        arg_min(candidates.reference_at, candidates.distance) as reference_at
    from placed
    inner join candidates
        using (snapshot_at, horizon)
    inner join levels
        on
            candidates.reference_at = levels.snapshot_at
            and placed.asset = levels.asset
            and placed.kind_group = levels.kind_group
    where not placed.is_there
    group by all

),

pivoted as materialized (

    select
        snapshot_at,
        asset,
        kind_group,
        max(reference_at) filter (where horizon = '24h') as day_at,
        max(reference_at) filter (where horizon = '7d') as week_at
    from paired
    group by all

),

instants as materialized (

    select snapshot_at from snapshots
    where snapshot_at >= $since
    union
    select reference_at from candidates

),

numbered as (

    select
        venue,
        row_number() over (order by venue) as venue_id
    from (
        select distinct venues.venue
        from marts.oi_by_venue as venues
        where venues.snapshot_at between $since - interval 169 hour and $until
    ) as listed

),

shares as (

    select
        venues.snapshot_at,
        venues.asset,
        venues.kind_group,
        venues.venue,
        venues.share,
        venues.matched_usd_24h,
        venues.positions_usd_24h,
        venues.matched_usd_7d,
        venues.positions_usd_7d,
        numbered.venue_id
    from marts.oi_by_venue as venues
    inner join instants
        on venues.snapshot_at = instants.snapshot_at
    inner join numbered
        on venues.venue = numbered.venue
    where
        venues.share is not null
        and venues.snapshot_at between $since - interval 169 hour and $until

),

measured as (

    select
        snapshot_at,
        asset,
        kind_group,
        max(share, 3) as largest,
        exp(-core.exact_sum(case when share > 0 then share * ln(share) * 1e8 end) / 1e8)
            as entropy_venues,
        core.exact_sum(matched_usd_24h) as matched_usd_24h,
        core.exact_sum(positions_usd_24h) as positions_usd_24h,
        core.exact_sum(matched_usd_7d) as matched_usd_7d,
        core.exact_sum(positions_usd_7d) as positions_usd_7d,
        bit_or(cast(1 as hugeint) << venue_id) as members
    from shares
    group by all

),

totals as materialized (

    select
        totals.snapshot_at,
        totals.asset,
        totals.kind_group,
        totals.venues,
        totals.hhi,
        totals.effective_venues,
        totals.top_venue,
        totals.top_venue_share,
        totals.is_simulated,
        measured.largest,
        measured.entropy_venues,
        measured.matched_usd_24h,
        measured.positions_usd_24h,
        measured.matched_usd_7d,
        measured.positions_usd_7d,
        case when totals.published then measured.members end as members
    from marts.oi_by_asset as totals
    inner join measured
        using (snapshot_at, asset, kind_group)
    where
        totals.hhi > 0
        and totals.snapshot_at between $since - interval 169 hour and $until

),

compared as materialized (

    select
        totals.*,
        pivoted.day_at,
        pivoted.week_at
    from totals
    left join pivoted
        using (snapshot_at, asset, kind_group)
    where totals.snapshot_at >= $since

)

select
    compared.snapshot_at,
    compared.asset,
    compared.kind_group,
    compared.venues,
    compared.hhi,
    compared.effective_venues,
    list_sum(compared.largest) as cr3,
    compared.entropy_venues,
    compared.top_venue,
    compared.top_venue_share,
    case
        when compared.members = day.members
            then core.share_change_pp(
                top_shares.matched_usd_24h, top_shares.positions_usd_24h,
                compared.matched_usd_24h, compared.positions_usd_24h
            )
    end as top_venue_share_change_24h_pp,
    case
        when compared.members = week.members
            then core.share_change_pp(
                top_shares.matched_usd_7d, top_shares.positions_usd_7d,
                compared.matched_usd_7d, compared.positions_usd_7d
            )
    end as top_venue_share_change_7d_pp,
    compared.is_simulated
from compared
left join totals as day
    on
        compared.day_at = day.snapshot_at
        and compared.asset = day.asset
        and compared.kind_group = day.kind_group
left join totals as week
    on
        compared.week_at = week.snapshot_at
        and compared.asset = week.asset
        and compared.kind_group = week.kind_group
left join shares as top_shares
    on
        compared.snapshot_at = top_shares.snapshot_at
        and compared.asset = top_shares.asset
        and compared.kind_group = top_shares.kind_group
        and compared.top_venue = top_shares.venue
order by
    compared.snapshot_at asc,
    compared.asset asc,
    compared.kind_group asc
