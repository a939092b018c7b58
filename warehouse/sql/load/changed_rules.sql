-- changed_rules: whether stored figures follow a rule that is registered otherwise now.
-- Grain   one row
-- Inputs  ops.unit_rules, staged_rules (the same columns), core.open_interest
with

changed as (

    select staged.unit_rule
    from staged_rules as staged
    where
        not exists (
            select 1
            from ops.unit_rules as known
            where
                known.unit_rule = staged.unit_rule
                and known.unit_evidence = staged.unit_evidence
                and known.counting_evidence = staged.counting_evidence
        )
    union all
    select known.unit_rule
    from ops.unit_rules as known
    where known.unit_rule not in (select staged.unit_rule from staged_rules as staged)

)

select count(*) > 0 as is_used
from changed
where changed.unit_rule in (select facts.unit_rule from core.open_interest as facts)
