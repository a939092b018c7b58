-- int_rules_numbered: the unit rules of the facts, with small keys and what is known of each.
-- Grain   one row per unit_rule
-- Inputs  core.open_interest, ops.unit_rules
-- Params  $earliest  timestamptz, first instant any model reads
--         $until     timestamptz, last instant of the window
-- A rule that is not registered, as that of an import, is a product line of its own: coins, by
-- assumption. product_id tells product lines of one venue apart.
with

used as (

    select distinct unit_rule
    from core.open_interest
    where
        snapshot_at between $earliest and $until
        and superseded_at is null

),

known as (

    select
        coalesce(registered.unit_rule, used.unit_rule) as unit_rule,
        coalesce(registered.product, used.unit_rule) as product,
        coalesce(registered.field, 'oi_base') as field,
        coalesce(registered.unit, 'base') as unit,
        registered.counting_factor,
        registered.suspect_reason,
        core.evidence_grade(registered.unit_evidence) as unit_grade,
        core.evidence_grade(registered.counting_evidence) as counting_grade
    from used
    full join ops.unit_rules as registered
        on used.unit_rule = registered.unit_rule

)

select
    *,
    cast(row_number() over (order by unit_rule) as smallint) as rule_id,
    cast(dense_rank() over (order by product) as smallint) as product_id
from known
