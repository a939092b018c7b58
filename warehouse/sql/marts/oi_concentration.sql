-- oi_concentration: how few venues hold an asset's open interest, and who gains.
-- Grain   one row per (snapshot_at, asset, kind_group) with open interest
-- Inputs  marts.oi_by_asset, marts.oi_by_venue
-- Params  $since  timestamptz, first instant of the window
--         $until  timestamptz, last instant of the window
-- The share of today's top venue is compared with its own share 24 hours and 7 days before,
-- at the nearest snapshot within 30 minutes; only when both totals are published and hold the
-- same venues.
with

shares as (

    select
        snapshot_at,
        asset,
        kind_group,
        venue,
        share,
        row_number() over (
            partition by snapshot_at, asset, kind_group
            order by share desc, venue asc
        ) as place
    from marts.oi_by_venue
    where
        share > 0
        and snapshot_at between $since and $until

),

measured as (

    select
        snapshot_at,
        asset,
        kind_group,
        core.exact_sum(case when place <= 3 then share * 1e8 end) / 1e8 as cr3,
        exp(-core.exact_sum(share * ln(share) * 1e8) / 1e8) as entropy_venues,
        list_sort(list(venue)) as members
    from shares
    group by all

),

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

paired as (

    select
        wanted.snapshot_at,
        wanted.horizon,
        arg_min(
            earlier.snapshot_at,
            2 * abs(epoch_us(earlier.snapshot_at) - wanted.wanted_us)
            + cast(epoch_us(earlier.snapshot_at) > wanted.wanted_us as bigint)
        ) as reference_at
    from wanted
    inner join snapshots as earlier
        on
            wanted.half_hour = divide(epoch_us(earlier.snapshot_at), 1800000000)
            and abs(epoch_us(earlier.snapshot_at) - wanted.wanted_us) <= 1800000000
    group by all

),

references_wanted as materialized (

    select distinct reference_at from paired

),

earlier_shares as (

    select
        venues.snapshot_at,
        venues.asset,
        venues.kind_group,
        venues.venue,
        venues.share
    from marts.oi_by_venue as venues
    inner join references_wanted
        on venues.snapshot_at = references_wanted.reference_at
    where
        venues.share > 0
        and venues.snapshot_at between $since - interval 169 hour and $until

),

earlier_members as (

    select
        shares_then.snapshot_at,
        shares_then.asset,
        shares_then.kind_group,
        list_sort(list(shares_then.venue)) as members,
        map(list(shares_then.venue), list(shares_then.share)) as shares
    from earlier_shares as shares_then
    inner join marts.oi_by_asset as totals
        on
            shares_then.snapshot_at = totals.snapshot_at
            and shares_then.asset = totals.asset
            and shares_then.kind_group = totals.kind_group
    where
        totals.published
        and totals.snapshot_at between $since - interval 169 hour and $until
    group by all

),

-- Materialised: joined in any other order, every snapshot would meet every other.
compared as materialized (

    select
        totals.snapshot_at,
        totals.asset,
        totals.kind_group,
        totals.top_venue,
        totals.top_venue_share,
        measured.members,
        paired.horizon,
        paired.reference_at
    from marts.oi_by_asset as totals
    inner join measured
        on
            totals.snapshot_at = measured.snapshot_at
            and totals.asset = measured.asset
            and totals.kind_group = measured.kind_group
    inner join paired
        on totals.snapshot_at = paired.snapshot_at
    where
        totals.published
        and totals.snapshot_at between $since and $until

),

shifts as (

    select
        compared.snapshot_at,
        compared.asset,
        compared.kind_group,
        max(100 * (compared.top_venue_share - earlier.shares[compared.top_venue]))
        filter (where compared.horizon = '24h') as shift_24h,
        max(100 * (compared.top_venue_share - earlier.shares[compared.top_venue]))
        filter (where compared.horizon = '7d') as shift_7d
    from compared
    inner join earlier_members as earlier
        on
            compared.reference_at = earlier.snapshot_at
            and compared.asset = earlier.asset
            and compared.kind_group = earlier.kind_group
            and compared.members = earlier.members
    group by all

)

select
    totals.snapshot_at,
    totals.asset,
    totals.kind_group,
    totals.venues,
    totals.hhi,
    totals.effective_venues,
    measured.cr3,
    measured.entropy_venues,
    totals.top_venue,
    totals.top_venue_share,
    shifts.shift_24h as top_venue_share_change_24h_pp,
    shifts.shift_7d as top_venue_share_change_7d_pp,
    totals.is_simulated
from marts.oi_by_asset as totals
inner join measured
    on
        totals.snapshot_at = measured.snapshot_at
        and totals.asset = measured.asset
        and totals.kind_group = measured.kind_group
left join shifts
    on
        totals.snapshot_at = shifts.snapshot_at
        and totals.asset = shifts.asset
        and totals.kind_group = shifts.kind_group
where
    totals.snapshot_at between $since and $until
    and totals.hhi > 0
order by
    totals.snapshot_at asc,
    totals.asset asc,
    totals.kind_group asc
