-- floor_oi_concentration: marts.oi_concentration as one query over totals that have no gaps.
-- Params  $since, $until  timestamptz, first and last snapshot
with

placed as (

    select
        snapshot_at,
        asset,
        venue,
        share,
        matched_usd_24h,
        positions_usd_24h,
        matched_usd_7d,
        positions_usd_7d,
        is_simulated
    from marts.oi_by_venue
    where share is not null and snapshot_at <= $until

),

measured as (

    select
        snapshot_at,
        asset,
        count(*) as venues,
        bit_xor(hash(venue)) as members,
        sum(share * share) as hhi,
        list_sum(max(share, 3)) as cr3,
        exp(-sum(case when share > 0 then share * ln(share) end)) as entropy_venues,
        min_by(venue, (-share, venue)) as top_venue,
        max(share) as top_venue_share,
        sum(matched_usd_24h) as matched_usd_24h,
        sum(positions_usd_24h) as positions_usd_24h,
        sum(matched_usd_7d) as matched_usd_7d,
        sum(positions_usd_7d) as positions_usd_7d,
        bool_or(is_simulated) as is_simulated
    from placed
    group by all

),

totals as (

    select
        measured.*,
        marts.published
    from measured
    inner join marts.oi_by_asset as marts
        on measured.snapshot_at = marts.snapshot_at and measured.asset = marts.asset

),

instants as (

    select distinct snapshot_at from totals

),

wanted as (

    select
        instants.snapshot_at,
        horizons.hours,
        instants.snapshot_at - to_hours(horizons.hours) as wanted_at
    from instants
    cross join (values (24), (168)) as horizons (hours)
    where instants.snapshot_at >= $since

),

before as (

    select
        wanted.*,
        instants.snapshot_at as before_at
    from wanted
    asof left join instants
        on wanted.wanted_at >= instants.snapshot_at

),

pairs as (

    select
        before.snapshot_at,
        max(
            case
                when
                    coalesce(
                        before.wanted_at - before.before_at
                        <= instants.snapshot_at - before.wanted_at,
                        false
                    )
                    then before.before_at
                else instants.snapshot_at
            end
        ) filter (where before.hours = 24) as day_at,
        max(
            case
                when
                    coalesce(
                        before.wanted_at - before.before_at
                        <= instants.snapshot_at - before.wanted_at,
                        false
                    )
                    then before.before_at
                else instants.snapshot_at
            end
        ) filter (where before.hours = 168) as week_at
    from before
    asof left join instants
        on before.wanted_at <= instants.snapshot_at
    where
        least(before.wanted_at - before.before_at, instants.snapshot_at - before.wanted_at)
        <= interval 30 minute
    group by all

),

compared as (

    select
        totals.*,
        pairs.day_at,
        pairs.week_at
    from totals
    left join pairs
        on totals.snapshot_at = pairs.snapshot_at
    where totals.snapshot_at >= $since

)

select
    compared.snapshot_at,
    compared.asset,
    'futures' as kind_group,
    compared.venues,
    compared.hhi,
    1 / compared.hhi as effective_venues,
    compared.cr3,
    compared.entropy_venues,
    compared.top_venue,
    compared.top_venue_share,
    case
        when compared.published and day.published and compared.members = day.members
            then
                100 * (
                    (top_shares.matched_usd_24h + top_shares.positions_usd_24h)
                    / (compared.matched_usd_24h + compared.positions_usd_24h)
                    - top_shares.matched_usd_24h / compared.matched_usd_24h
                )
    end as top_venue_share_change_24h_pp,
    case
        when compared.published and week.published and compared.members = week.members
            then
                100 * (
                    (top_shares.matched_usd_7d + top_shares.positions_usd_7d)
                    / (compared.matched_usd_7d + compared.positions_usd_7d)
                    - top_shares.matched_usd_7d / compared.matched_usd_7d
                )
    end as top_venue_share_change_7d_pp,
    compared.is_simulated
from compared
left join totals as day
    on compared.day_at = day.snapshot_at and compared.asset = day.asset
left join totals as week
    on compared.week_at = week.snapshot_at and compared.asset = week.asset
left join placed as top_shares
    on
        compared.snapshot_at = top_shares.snapshot_at
        and compared.asset = top_shares.asset
        and compared.top_venue = top_shares.venue
order by compared.snapshot_at, compared.asset
