-- floor_oi_by_product: marts.oi_by_product as one query over facts that have no gaps, of futures.
-- Params  $since, $until  timestamptz, first and last snapshot
-- Every venue of this market sends one product line under one rule that is not registered.
with

facts as (

    select
        *,
        funding_rate * 8 / funding_interval_hours as funding_8h,
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
        venue,
        unit_rule,
        sum(oi_usd) as oi_usd,
        coalesce(sum(oi_usd) filter (where margin = 'linear'), 0) as oi_usd_linear,
        coalesce(sum(oi_usd) filter (where margin = 'inverse'), 0) as oi_usd_inverse,
        coalesce(sum(oi_usd) filter (where margin = 'quanto'), 0) as oi_usd_quanto,
        count(*) as instruments,
        sum(coalesce(earlier_usd, oi_usd)) as fresh_weight,
        sum(oi_usd) filter (where kind = 'perp') as perp_usd,
        sum(oi_usd * funding_8h) filter (where kind = 'perp') as funding_usd,
        sum(oi_usd) filter (where kind = 'perp' and funding_8h is not null) as funded_usd,
        min(counting_factor) as counting_factor,
        min(observed_at) as observed_from,
        max(observed_at) as observed_until,
        bool_or(is_simulated) as is_simulated
    from shown
    group by all

),

instants as (

    select distinct snapshot_at from facts

),

absent as (

    select
        instants.snapshot_at,
        listed.venue,
        listed.symbol
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
        absent.venue,
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

moved as (

    select
        later.snapshot_at,
        later.venue,
        later.hours,
        earlier.oi_usd as usd_0,
        later.oi_usd as usd_1,
        case
            when later.margin = 'inverse' then later.oi_usd - earlier.oi_usd
            else earlier.mark_price * (later.oi_base - earlier.oi_base)
        end as positions_usd,
        case
            when later.margin = 'inverse' then later.oi_usd - earlier.oi_usd
            else
                (later.mark_price + earlier.mark_price) / 2 * (later.oi_base - earlier.oi_base)
        end as flow_usd
    from later
    inner join facts as earlier
        on
            later.reference_at = earlier.snapshot_at
            and later.venue = earlier.venue
            and later.symbol = earlier.symbol

),

changes as (

    select
        snapshot_at,
        venue,
        100 * sum(positions_usd) filter (where hours = 1)
        / sum(usd_0) filter (where hours = 1) as change_1h_pct,
        100 * sum(positions_usd) filter (where hours = 4)
        / sum(usd_0) filter (where hours = 4) as change_4h_pct,
        100 * sum(positions_usd) filter (where hours = 24)
        / sum(usd_0) filter (where hours = 24) as change_24h_pct,
        100 * sum(positions_usd) filter (where hours = 168)
        / sum(usd_0) filter (where hours = 168) as change_7d_pct,
        sum(usd_0) filter (where hours = 24) as usd_0,
        sum(usd_1) filter (where hours = 24) as usd_1,
        sum(positions_usd) filter (where hours = 24) as positions_usd,
        sum(flow_usd) filter (where hours = 24) as flow_usd
    from moved
    group by all

),

covered as (

    select
        levels.*,
        levels.instruments + coalesce(missing.instruments, 0) as instruments_expected,
        levels.fresh_weight / (levels.fresh_weight + coalesce(missing.weight, 0))
        * (levels.instruments + coalesce(missing.known, 0))
        / (levels.instruments + coalesce(missing.instruments, 0)) as coverage
    from levels
    left join missing
        on levels.snapshot_at = missing.snapshot_at and levels.venue = missing.venue

),

market as (

    select
        covered.snapshot_at,
        sum(covered.oi_usd) as oi_usd,
        sum(changes.usd_0) as usd_0,
        sum(changes.usd_0 + changes.positions_usd) as moved_usd
    from covered
    left join changes
        on covered.snapshot_at = changes.snapshot_at and covered.venue = changes.venue
    group by all

)

select
    covered.snapshot_at,
    'futures' as kind_group,
    covered.venue,
    covered.unit_rule as product,
    covered.oi_usd,
    covered.oi_usd_linear,
    covered.oi_usd_inverse,
    covered.oi_usd_quanto,
    covered.oi_usd / market.oi_usd as share,
    case
        when published.published
            then
                100 * (
                    (changes.usd_0 + changes.positions_usd) / market.moved_usd
                    - changes.usd_0 / market.usd_0
                )
    end as share_change_24h_pp,
    covered.instruments as instruments_fresh,
    covered.instruments_expected,
    covered.coverage,
    covered.coverage >= 0.9 as published,
    case when covered.coverage >= 0.9 then changes.change_1h_pct end as change_1h_pct,
    case when covered.coverage >= 0.9 then changes.change_4h_pct end as change_4h_pct,
    case when covered.coverage >= 0.9 then changes.change_24h_pct end as change_24h_pct,
    case when covered.coverage >= 0.9 then changes.change_7d_pct end as change_7d_pct,
    changes.usd_1 / covered.oi_usd as matched_24h_share,
    case when covered.coverage >= 0.9 then changes.flow_usd end as flow_usd_24h,
    case when covered.coverage >= 0.9 then changes.usd_1 - changes.usd_0 - changes.flow_usd end
        as revaluation_usd_24h,
    covered.funding_usd / covered.funded_usd as funding_8h_oi_weighted,
    coalesce(covered.funded_usd, 0) / covered.perp_usd as funding_covered_share,
    'oi_base' as field,
    'base' as unit,
    covered.counting_factor,
    'assumed' as unit_evidence,
    'assumed' as counting_evidence,
    covered.observed_from,
    covered.observed_until,
    covered.is_simulated
from covered
inner join market
    on covered.snapshot_at = market.snapshot_at
inner join marts.oi_market as published
    on covered.snapshot_at = published.snapshot_at
left join changes
    on covered.snapshot_at = changes.snapshot_at and covered.venue = changes.venue
order by covered.snapshot_at, covered.venue
