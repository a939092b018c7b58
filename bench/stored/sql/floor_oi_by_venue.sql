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

before as (

    select
        later.snapshot_at,
        later.snapshot_at - interval 24 hour as wanted_at,
        earlier.snapshot_at as before_at
    from instants as later
    asof left join instants as earlier
        on later.snapshot_at - interval 24 hour >= earlier.snapshot_at
    where later.snapshot_at >= $since

),

pairs as (

    select
        before.snapshot_at,
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
        later.asset,
        earlier.snapshot_at as reference_at,
        earlier.oi_usd
    from published as later
    inner join pairs
        on later.snapshot_at = pairs.snapshot_at
    inner join published as earlier
        on
            pairs.reference_at = earlier.snapshot_at
            and later.asset = earlier.asset
            and later.venues = earlier.venues
    where later.published and earlier.published

)

select
    summed.snapshot_at,
    summed.asset,
    'futures' as kind_group,
    summed.venue,
    summed.oi_base,
    summed.oi_usd,
    summed.oi_usd / totals.oi_usd as share,
    100 * (summed.oi_usd / totals.oi_usd - earlier.oi_usd / comparable.oi_usd)
        as share_change_24h_pp,
    ['official', 'measured', 'assumed'][summed.unit_grade] as unit_evidence,
    ['official', 'measured', 'assumed'][summed.counting_grade] as counting_evidence,
    summed.is_simulated
from summed
inner join totals
    on summed.snapshot_at = totals.snapshot_at and summed.asset = totals.asset
left join comparable
    on summed.snapshot_at = comparable.snapshot_at and summed.asset = comparable.asset
left join summed as earlier
    on
        comparable.reference_at = earlier.snapshot_at
        and summed.asset = earlier.asset
        and summed.venue = earlier.venue
where summed.snapshot_at >= $since
order by summed.snapshot_at, summed.asset, summed.venue
