-- floor_oi_by_asset: marts.oi_by_asset as one query over facts that have no gaps, of futures.
-- Params  $since, $until  timestamptz, first and last snapshot
-- No order book and no supply is stored, hence no column that rests on one; without gaps every
-- asset has the same references, and every venue answered.
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
        coalesce(sum(oi_usd) filter (where margin = 'quanto'), 0) as oi_usd_quanto,
        count(*) as instruments,
        sum(coalesce(earlier_usd, oi_usd)) as fresh_weight,
        median(mark_price) filter (where kind = 'perp') as price,
        sum(volume_24h_usd) as volume_24h_usd,
        sum(oi_usd) filter (where volume_24h_usd is not null) as traded_usd,
        sum(oi_usd * funding_8h) as funding_usd,
        sum(oi_usd) filter (where funding_8h is not null) as funded_usd,
        sum(oi_usd) filter (where kind = 'perp') as perp_usd,
        sum(oi_usd) filter (where basis is not null) as priced_usd,
        avg(funding_8h) as funding_mean,
        min(funding_8h) as funding_min,
        max(funding_8h) as funding_max,
        sum(volume_24h_usd * funding_8h) as funding_volume_usd,
        sum(volume_24h_usd) filter (where funding_8h is not null) as funded_volume_usd,
        sum(oi_usd * funding_8h * funding_8h) as funding_squares,
        100 * sum(oi_usd * basis) / sum(oi_usd) filter (where basis is not null) as basis_pct,
        bool_or(is_simulated) as is_simulated
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
        min_by(venue, (-oi_usd, venue)) as top_venue,
        max(oi_usd) / sum(oi_usd) as top_venue_share
    from by_venue
    group by all

),

instants as (

    select distinct snapshot_at from facts

),

absent as (

    select
        instants.snapshot_at,
        listed.venue,
        listed.symbol,
        listed.asset
    from instants
    cross join core.instruments as listed
    anti join shown
        on
            instants.snapshot_at = shown.snapshot_at
            and listed.venue = shown.venue
            and listed.symbol = shown.symbol
    where instants.snapshot_at >= $since and listed.is_active and listed.valid_to is null

),

missing as (

    select
        absent.snapshot_at,
        absent.asset,
        count(*) as instruments,
        count(facts.oi_usd) as known,
        sum(facts.oi_usd) as weight
    from absent
    asof left join facts
        on
            absent.venue = facts.venue
            and absent.symbol = facts.symbol
            and absent.snapshot_at >= facts.snapshot_at
    group by all

),

horizons as (

    select listed.*
    from (values (1, 15), (4, 30), (24, 30), (168, 30)) as listed (hours, tolerance)

),

wanted as (

    select
        instants.snapshot_at,
        horizons.*,
        instants.snapshot_at - to_hours(horizons.hours) as wanted_at
    from instants
    cross join horizons
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

nearest as (

    select
        before.*,
        instants.snapshot_at as after_at
    from before
    asof left join instants
        on before.wanted_at <= instants.snapshot_at

),

pairs as (

    select
        snapshot_at,
        hours,
        case
            when coalesce(wanted_at - before_at <= after_at - wanted_at, false) then before_at
            else after_at
        end as reference_at
    from nearest
    where
        least(wanted_at - before_at, after_at - wanted_at) <= to_minutes(tolerance)

),

later as (

    select
        shown.*,
        pairs.hours,
        pairs.reference_at
    from shown
    inner join pairs
        on shown.snapshot_at = pairs.snapshot_at

),

matched as (

    select
        later.snapshot_at,
        later.asset,
        later.hours,
        100 * sum(
            case
                when later.margin = 'inverse' then later.oi_usd - earlier.oi_usd
                else earlier.mark_price * (later.oi_base - earlier.oi_base)
            end
        ) / sum(earlier.oi_usd) as change_pct,
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
        max(flow_usd) filter (where hours = 24) as flow_usd,
        max(revaluation_usd) filter (where hours = 24) as revaluation_usd
    from matched
    group by all

),

covered as (

    select
        levels.*,
        levels.fresh_weight / (levels.fresh_weight + coalesce(missing.weight, 0))
        * (levels.instruments + coalesce(missing.known, 0))
        / (levels.instruments + coalesce(missing.instruments, 0)) as coverage
    from levels
    left join missing
        on levels.snapshot_at = missing.snapshot_at and levels.asset = missing.asset

)

select
    covered.snapshot_at,
    covered.asset,
    'futures' as kind_group,
    covered.oi_base,
    covered.oi_usd,
    covered.oi_usd_linear,
    covered.oi_usd_inverse,
    covered.oi_usd_quanto,
    concentration.venues,
    covered.instruments,
    covered.coverage,
    covered.coverage >= 0.9 as published,
    case when covered.coverage >= 0.9 then changes.change_1h_pct end as change_1h_pct,
    case when covered.coverage >= 0.9 then changes.change_4h_pct end as change_4h_pct,
    case when covered.coverage >= 0.9 then changes.change_24h_pct end as change_24h_pct,
    case when covered.coverage >= 0.9 then changes.change_7d_pct end as change_7d_pct,
    changes.matched_usd / covered.oi_usd as matched_24h_share,
    case when covered.coverage >= 0.9 then changes.flow_usd end as flow_usd_24h,
    case when covered.coverage >= 0.9 then changes.revaluation_usd end as revaluation_usd_24h,
    covered.price,
    changes.price_change_1h_pct,
    changes.price_change_4h_pct,
    changes.price_change_24h_pct,
    covered.volume_24h_usd,
    covered.traded_usd / covered.volume_24h_usd as oi_to_volume,
    covered.funding_usd / covered.funded_usd as funding_8h_oi_weighted,
    covered.funding_usd / covered.funded_usd * 3 * 365 as funding_apr,
    covered.funding_usd * 3 as funding_usd_per_day,
    covered.funding_mean as funding_8h_simple_mean,
    covered.funding_volume_usd / covered.funded_volume_usd as funding_8h_volume_weighted,
    covered.funding_min as funding_8h_min,
    covered.funding_max as funding_8h_max,
    sqrt(greatest(
        covered.funding_squares / covered.funded_usd
        - (covered.funding_usd / covered.funded_usd) ** 2,
        0
    )) as funding_8h_dispersion,
    covered.funded_usd / covered.perp_usd as funding_covered_share,
    covered.traded_usd / covered.oi_usd as volume_covered_share,
    covered.priced_usd / covered.perp_usd as basis_covered_share,
    covered.basis_pct,
    concentration.hhi,
    1 / concentration.hhi as effective_venues,
    concentration.top_venue,
    concentration.top_venue_share,
    covered.is_simulated
from covered
inner join concentration
    on covered.snapshot_at = concentration.snapshot_at and covered.asset = concentration.asset
left join changes
    on covered.snapshot_at = changes.snapshot_at and covered.asset = changes.asset
order by covered.snapshot_at, covered.asset
