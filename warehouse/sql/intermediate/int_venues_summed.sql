-- int_venues_summed: fresh open interest of one venue in one asset.
-- Grain   one row per (snapshot_at, group_id, venue)
-- Inputs  int_open_interest_judged, int_coverage_counted, ops.unit_rules
-- Evidence is the weakest of the unit rules used; a rule that is not registered is assumed.
with

grades as (

    select listed.*
    from
        (
            values ('official', 1), ('measured', 2), ('assumed', 3), ('contested', 4)
        ) as listed (evidence, grade)

),

rules as (

    select
        unit_rules.unit_rule,
        max(coalesce(units.grade, 3)) as unit_grade,
        max(coalesce(counting.grade, 3)) as counting_grade
    from ops.unit_rules as unit_rules
    left join grades as units
        on unit_rules.unit_evidence = units.evidence
    left join grades as counting
        on unit_rules.counting_evidence = counting.evidence
    group by all

),

summed as (

    select
        judged.snapshot_at,
        judged.group_id,
        judged.venue_id,
        min(judged.venue) as venue,
        core.exact_sum(judged.oi_base) as oi_base,
        core.exact_sum(judged.oi_usd) as oi_usd,
        max(coalesce(rules.unit_grade, 3)) as unit_grade,
        max(coalesce(rules.counting_grade, 3)) as counting_grade,
        bool_or(judged.is_simulated) as is_simulated
    from int_open_interest_judged as judged
    inner join int_coverage_counted as covered
        on
            judged.snapshot_at = covered.snapshot_at
            and judged.group_id = covered.group_id
    left join rules
        on judged.unit_rule = rules.unit_rule
    where judged.is_fresh
    group by all

),

totals as (

    select
        snapshot_at,
        group_id,
        core.exact_sum(oi_usd) as oi_usd
    from summed
    group by all

)

select
    summed.snapshot_at,
    summed.group_id,
    summed.venue_id,
    summed.venue,
    summed.oi_base,
    summed.oi_usd,
    summed.oi_usd / nullif(totals.oi_usd, 0) as share,  -- noqa: RF04
    units.evidence as unit_evidence,
    counting.evidence as counting_evidence,
    summed.is_simulated
from summed
inner join totals
    on
        summed.snapshot_at = totals.snapshot_at
        and summed.group_id = totals.group_id
inner join grades as units
    on summed.unit_grade = units.grade
inner join grades as counting
    on summed.counting_grade = counting.grade
