-- venues: what each product line sends, how far that is proven, and what it amounts to.
-- Grain   one row per venue, product, kind_group and unit rule
-- Inputs  core.open_interest, ops.unit_rules
-- Params  $snapshot_at, $max_age_minutes
-- Imported rows follow no rule of the registry: they are taken in coins, by assumption.
with

facts as (

    select
        known.venue,
        known.unit_rule,
        known.counting_factor,
        known.kind,
        known.oi_usd,
        known.observed_at
    from core.open_interest as known
    where
        known.snapshot_at = $snapshot_at
        and known.superseded_at is null
        and core.is_sound(known.quality, known.oi_base, known.oi_usd)
        and core.is_timely(known.snapshot_at, known.observed_at, $max_age_minutes)

)

select
    facts.venue,
    coalesce(rules.product, facts.unit_rule) as product,
    coalesce(rules.field, 'oi_base') as field,
    coalesce(rules.unit, 'base') as unit,
    coalesce(rules.unit_evidence, 'assumed') as unit_evidence,
    coalesce(rules.counting_factor, facts.counting_factor) as counting_factor,
    coalesce(rules.counting_evidence, 'assumed') as counting_evidence,
    coalesce(rules.counting_source, 'no rule of the registry') as counting_source,
    core.kind_group(facts.kind) as kind_group,
    core.exact_sum(facts.oi_usd) as oi_usd,
    count(*) as instruments,
    (epoch($snapshot_at) - epoch(min(facts.observed_at))) / 60 as age_minutes
from facts
left join ops.unit_rules as rules
    on facts.unit_rule = rules.unit_rule
group by all
order by
    facts.venue,
    product,
    field
