-- floor_oi_by_asset: marts.oi_by_asset as one query over facts that have no gaps.
-- Params  $since, $until  timestamptz, first and last snapshot
with

facts as (

    select
        *,
        funding_rate * 8 / funding_interval_hours as funding_8h,
        case when kind = 'perp' then mark_price / index_price - 1 end as basis,
        lag(oi_usd) over (partition by venue, symbol order by snapshot_at) as earlier_usd
    from core.open_interest
    where superseded_at is null and quality = 'ok' and snapshot_at <= $until

),

shown as (

    select * from facts
    where snapshot_at >= $since

),

levels as (

    select
        snapshot_at,
        asset,
        sum(oi_base) as oi_base,
        sum(oi_usd) as oi_usd,
        coalesce(sum(oi_usd) filter (where margin = 'linear'), 0) as oi_usd_linear,
        coalesce(sum(oi_usd) filter (where margin = 'inverse'), 0) as oi_usd_inverse,
        count(*) as instruments,
        sum(coalesce(earlier_usd, oi_usd)) as fresh_weight,
        median(mark_price) filter (where kind = 'perp') as price,
        sum(volume_24h_usd) as volume_24h_usd,
        sum(oi_usd * funding_8h) / sum(oi_usd) filter (where funding_8h is not null)
            as funding_8h_oi_weighted,
        100 * sum(oi_usd * basis) / sum(oi_usd) filter (where basis is not null) as basis_pct
    from shown
    group by all

),

by_venue as (

    select
        snapshot_at,
        asset,
        venue,
        sum(oi_usd) as oi_usd
    from shown
    group by all

),

concentration as (

    select
        snapshot_at,
        asset,
        count(*) as venues,
        sum(oi_usd * oi_usd) / (sum(oi_usd) * sum(oi_usd)) as hhi,
        arg_max(venue, oi_usd) as top_venue,
        max(oi_usd) / sum(oi_usd) as top_venue_share
    from by_venue
    group by all

),

missing as (

    select
        instants.snapshot_at,
        listed.asset,
        count(*) as instruments
    from (select distinct shown.snapshot_at from shown) as instants
    cross join core.instruments as listed
    anti join shown
        on
            instants.snapshot_at = shown.snapshot_at
            and listed.venue = shown.venue
            and listed.symbol = shown.symbol
    where listed.is_active and listed.valid_to is null
    group by all

),

horizons as (

    select unnest([1, 4, 24, 168]) as hours

),

later as (

    select
        shown.*,
        horizons.hours,
        shown.snapshot_at - to_hours(horizons.hours) as reference_at
    from shown
    cross join horizons

),

matched as (

    select
        later.snapshot_at,
        later.asset,
        later.hours,
        100 * (sum(later.oi_base) / sum(earlier.oi_base) - 1) as change_pct,
        100 * (
            median(later.mark_price / earlier.mark_price) filter (where later.kind = 'perp') - 1
        ) as price_change_pct,
        sum(later.oi_usd) as matched_usd,
        sum(
            case
                when later.margin = 'inverse' then later.oi_usd - earlier.oi_usd
                else
                    (later.mark_price + earlier.mark_price) / 2
                    * (later.oi_base - earlier.oi_base)
            end
        ) as flow_usd,
        sum(
            case
                when later.margin <> 'inverse'
                    then
                        (later.oi_base + earlier.oi_base) / 2
                        * (later.mark_price - earlier.mark_price)
            end
        ) as revaluation_usd
    from later
    inner join facts as earlier
        on
            later.reference_at = earlier.snapshot_at
            and later.venue = earlier.venue
            and later.symbol = earlier.symbol
    group by all

),

changes as (

    select
        snapshot_at,
        asset,
        max(change_pct) filter (where hours = 1) as change_1h_pct,
        max(change_pct) filter (where hours = 4) as change_4h_pct,
        max(change_pct) filter (where hours = 24) as change_24h_pct,
        max(change_pct) filter (where hours = 168) as change_7d_pct,
        max(price_change_pct) filter (where hours = 1) as price_change_1h_pct,
        max(price_change_pct) filter (where hours = 4) as price_change_4h_pct,
        max(price_change_pct) filter (where hours = 24) as price_change_24h_pct,
        max(matched_usd) filter (where hours = 24) as matched_usd,
        max(flow_usd) filter (where hours = 24) as flow_usd_24h,
        max(revaluation_usd) filter (where hours = 24) as revaluation_usd_24h
    from matched
    group by all

)

select
    levels.* exclude (fresh_weight),
    levels.instruments / (levels.instruments + coalesce(missing.instruments, 0)) as coverage,
    concentration.* exclude (snapshot_at, asset),
    changes.* exclude (snapshot_at, asset, matched_usd),
    changes.matched_usd / levels.oi_usd as matched_24h_share
from levels
inner join concentration
    on levels.snapshot_at = concentration.snapshot_at and levels.asset = concentration.asset
left join missing
    on levels.snapshot_at = missing.snapshot_at and levels.asset = missing.asset
left join changes
    on levels.snapshot_at = changes.snapshot_at and levels.asset = changes.asset
order by levels.snapshot_at, levels.asset
