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
        string_agg(venue, ',' order by venue) as members
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

paired as (

    select
        later.snapshot_at,
        horizons.horizon,
        arg_min(
            earlier.snapshot_at,
            abs(epoch_us(later.snapshot_at - horizons.length) - epoch_us(earlier.snapshot_at))
        ) as reference_at
    from snapshots as later
    cross join horizons
    inner join snapshots as earlier
        on
            earlier.snapshot_at >= later.snapshot_at - horizons.length - interval 30 minute
            and earlier.snapshot_at <= later.snapshot_at - horizons.length + interval 30 minute
    where later.snapshot_at >= $since
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
        string_agg(shares_then.venue, ',' order by shares_then.venue) as members,
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

shifts as (

    select
        totals.snapshot_at,
        totals.asset,
        totals.kind_group,
        max(100 * (totals.top_venue_share - earlier.shares[totals.top_venue]))
        filter (where paired.horizon = '24h') as shift_24h,
        max(100 * (totals.top_venue_share - earlier.shares[totals.top_venue]))
        filter (where paired.horizon = '7d') as shift_7d
    from marts.oi_by_asset as totals
    inner join measured
        on
            totals.snapshot_at = measured.snapshot_at
            and totals.asset = measured.asset
            and totals.kind_group = measured.kind_group
    inner join paired
        on totals.snapshot_at = paired.snapshot_at
    inner join earlier_members as earlier
        on
            paired.reference_at = earlier.snapshot_at
            and totals.asset = earlier.asset
            and totals.kind_group = earlier.kind_group
            and measured.members = earlier.members
    where
        totals.published
        and totals.snapshot_at between $since and $until
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
