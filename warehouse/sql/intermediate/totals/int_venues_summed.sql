-- int_venues_summed: fresh open interest of one venue in one asset.
-- Grain   one row per (snapshot_at, group_id, venue)
-- Inputs  int_open_interest_judged, int_coverage_counted, int_rules_numbered
-- Evidence is the weakest of the unit rules used.
with

summed as (

    select
        judged.snapshot_at,
        judged.group_id,
        judged.venue_id,
        min(judged.venue) as venue,
        core.exact_sum(judged.oi_base) as oi_base,
        core.exact_sum(judged.oi_usd) as oi_usd,
        max(rules.unit_grade) as unit_grade,
        max(rules.counting_grade) as counting_grade,
        bool_or(judged.is_simulated) as is_simulated
    from int_open_interest_judged as judged
    inner join int_coverage_counted
        using (snapshot_at, group_id)
    inner join int_rules_numbered as rules
        on judged.rule_id = rules.rule_id
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
    core.evidence_of(summed.unit_grade) as unit_evidence,
    core.evidence_of(summed.counting_grade) as counting_evidence,
    summed.is_simulated
from summed
inner join totals
    using (snapshot_at, group_id)
