-- int_products_totalled: the sums that totals of a product line, and of the market, are made of.
-- Grain   one row per (snapshot_at, kind_group, venue_id, product_id) with anything that should be
--         there; product_id is null for what is listed in none
-- Inputs  int_products_covered, int_lines_summed, int_products_changed, int_rules_numbered
-- Params  $since  timestamptz, first instant of the window
--         $until  timestamptz, last instant of the window
-- rule_id is the unit rule that most of the open interest follows, other_unit_rules are the others.
with

ruled as (

    select
        lines.*,
        rules.unit_rule,
        rules.unit_grade,
        rules.counting_grade,
        row_number() over (
            partition by lines.snapshot_at, lines.kind_group, lines.venue_id, lines.product_id
            order by lines.oi_usd desc, rules.unit_rule asc
        ) as place
    from int_lines_summed as lines
    inner join int_rules_numbered as rules
        on lines.rule_id = rules.rule_id

),

summed as (

    select
        snapshot_at,
        kind_group,
        venue_id,
        product_id,
        core.exact_sum(oi_usd) as oi_usd,
        core.exact_sum(linear_usd) as linear_usd,
        core.exact_sum(inverse_usd) as inverse_usd,
        core.exact_sum(quanto_usd) as quanto_usd,
        core.exact_sum(perp_usd) as perp_usd,
        core.exact_sum(funded_usd) as funded_usd,
        core.exact_sum(funding_usd) as funding_usd,
        max(rule_id) filter (where place = 1) as rule_id,
        max(counting_factor) filter (where place = 1) as counting_factor,
        string_agg(case when place > 1 then unit_rule end, ', ' order by place)
            as other_unit_rules,
        max(unit_grade) as unit_grade,
        max(counting_grade) as counting_grade,
        min(observed_from) as observed_from,
        max(observed_until) as observed_until,
        bool_or(is_simulated) as is_simulated
    from ruled
    group by all

)

select
    covered.*,
    summed.* exclude (snapshot_at, kind_group, venue_id, product_id),
    changed.* exclude (snapshot_at, kind_group, venue_id, product_id)
from int_products_covered as covered
left join summed
    using (snapshot_at, kind_group, venue_id, product_id)
left join int_products_changed as changed
    using (snapshot_at, kind_group, venue_id, product_id)
where covered.snapshot_at between $since and $until
