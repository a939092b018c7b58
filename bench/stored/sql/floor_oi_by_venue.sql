-- floor_oi_by_venue: marts.oi_by_venue as one query over facts that have no gaps, of futures.
-- Params  $since, $until  timestamptz, first and last snapshot
with

rules as (

    select
        unit_rule,
        max(
            case unit_evidence when 'official' then 1 when 'measured' then 2 else 3 end
        ) as unit_grade,
        max(
            case counting_evidence when 'official' then 1 when 'measured' then 2 else 3 end
        ) as counting_grade
    from ops.unit_rules
    group by all

),

summed as (

    select
        facts.snapshot_at,
        facts.asset,
        facts.venue,
        sum(facts.oi_base) as oi_base,
        sum(facts.oi_usd) as oi_usd,
        max(coalesce(rules.unit_grade, 3)) as unit_grade,
        max(coalesce(rules.counting_grade, 3)) as counting_grade,
        bool_or(facts.is_simulated) as is_simulated
    from core.open_interest as facts
    left join rules
        on facts.unit_rule = rules.unit_rule
    where
        facts.superseded_at is null
        and facts.quality = 'ok'
        and facts.snapshot_at <= $until
    group by all

),

totals as (

    select
        summed.snapshot_at,
        summed.asset,
        sum(summed.oi_usd) as oi_usd,
        bit_xor(hash(summed.venue)) as venues
    from summed
    group by all

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
        before.hours,
        case
            when
                coalesce(
                    before.wanted_at - before.before_at
                    <= after.snapshot_at - before.wanted_at,
                    false
                )
                then before.before_at
            else after.snapshot_at
        end as reference_at
    from before
    asof left join instants as after
        on before.wanted_at <= after.snapshot_at
    where
        least(before.wanted_at - before.before_at, after.snapshot_at - before.wanted_at)
        <= interval 30 minute

),

facts as (

    select
        snapshot_at,
        asset,
        venue,
        symbol,
        margin,
        oi_base,
        oi_usd
    from core.open_interest
    where superseded_at is null and quality = 'ok' and snapshot_at <= $until

),

matched as (

    select
        later.*,
        pairs.hours,
        pairs.reference_at
    from facts as later
    inner join pairs
        on later.snapshot_at = pairs.snapshot_at

),

moved as (

    select
        later.snapshot_at,
        later.asset,
        later.venue,
        sum(earlier.oi_usd) filter (where later.hours = 24) as matched_usd_24h,
        sum(
            case
                when later.margin = 'inverse' then later.oi_usd - earlier.oi_usd
                else (later.oi_base - earlier.oi_base) * earlier.oi_usd / earlier.oi_base
            end
        ) filter (where later.hours = 24) as positions_usd_24h,
        sum(earlier.oi_usd) filter (where later.hours = 168) as matched_usd_7d,
        sum(
            case
                when later.margin = 'inverse' then later.oi_usd - earlier.oi_usd
                else (later.oi_base - earlier.oi_base) * earlier.oi_usd / earlier.oi_base
            end
        ) filter (where later.hours = 168) as positions_usd_7d
    from matched as later
    inner join facts as earlier
        on
            later.reference_at = earlier.snapshot_at
            and later.venue = earlier.venue
            and later.symbol = earlier.symbol
    group by all

),

published as (

    select
        totals.*,
        marts.published
    from totals
    inner join marts.oi_by_asset as marts
        on totals.snapshot_at = marts.snapshot_at and totals.asset = marts.asset

),

comparable as (

    select
        later.snapshot_at,
        later.asset
    from published as later
    inner join pairs
        on later.snapshot_at = pairs.snapshot_at and pairs.hours = 24
    inner join published as earlier
        on
            pairs.reference_at = earlier.snapshot_at
            and later.asset = earlier.asset
            and later.venues = earlier.venues
    where later.published and earlier.published

),

compared as (

    select
        moved.snapshot_at,
        moved.asset,
        sum(moved.matched_usd_24h) as matched_usd,
        sum(moved.matched_usd_24h + moved.positions_usd_24h) as moved_usd
    from moved
    inner join comparable
        on moved.snapshot_at = comparable.snapshot_at and moved.asset = comparable.asset
    group by all

)

select
    summed.snapshot_at,
    summed.asset,
    'futures' as kind_group,
    summed.venue,
    summed.oi_base,
    summed.oi_usd,
    summed.oi_usd / totals.oi_usd as share,
    100 * (
        (moved.matched_usd_24h + moved.positions_usd_24h) / compared.moved_usd
        - moved.matched_usd_24h / compared.matched_usd
    ) as share_change_24h_pp,
    moved.matched_usd_24h,
    moved.positions_usd_24h,
    moved.matched_usd_7d,
    moved.positions_usd_7d,
    ['official', 'measured', 'assumed'][summed.unit_grade] as unit_evidence,
    ['official', 'measured', 'assumed'][summed.counting_grade] as counting_evidence,
    summed.is_simulated
from summed
inner join totals
    on summed.snapshot_at = totals.snapshot_at and summed.asset = totals.asset
left join moved
    on
        summed.snapshot_at = moved.snapshot_at
        and summed.asset = moved.asset
        and summed.venue = moved.venue
left join compared
    on summed.snapshot_at = compared.snapshot_at and summed.asset = compared.asset
where summed.snapshot_at >= $since
order by summed.snapshot_at, summed.asset, summed.venue
