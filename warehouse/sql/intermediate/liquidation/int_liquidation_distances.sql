-- int_liquidation_distances: how far from its entry a position is liquidated, in price bins.
-- Grain   one row per (rule, side, steps); beyond 100000 steps none are told apart
-- Inputs  int_liquidation_rules, int_liquidation_mixes
-- Params  $bin_pct  double, width of a bin in percent
-- Isolated margin, maintenance at the liquidation price. For a linear contract a long entered
-- at E goes at E (1 - 1/L - d) / (1 - m), a short at E (1 + 1/L + d) / (1 + m), d being the
-- deduction of its tier; for an inverse one a long at E (1 + m) / (1 + 1/L + d), a short at
-- E (1 - m) / (1 - 1/L - d): the two distances change places. The mixes end at what the
-- exchange allows, that leverage included; weights beyond are shared out over the others, and a mix
-- wholly beyond stands at the limit. An interval of leverage is spread evenly over its distances.
-- Entries are spread within their bin, so a level lies in two: steps + 1 below (or above) as much
-- as the distance is beyond steps, else steps.
-- alive_base and the like: the weight that is liquidated at no less than so many steps.
with

rules as (

    select
        rule,
        min(asset) as asset,
        any_value(is_inverse) as is_inverse,
        any_value(maintenance_rate) as maintenance_rate,
        any_value(deduction) as deduction,
        any_value(max_leverage) as max_leverage
    from int_liquidation_rules
    group by rule

),

placed as (

    -- what stands at a round leverage is within or beyond; an interval ends at the limit
    select
        rules.rule,
        rules.is_inverse,
        rules.maintenance_rate,
        rules.deduction,
        rules.max_leverage,
        mixes.leverage_low,
        least(mixes.leverage_high, rules.max_leverage) as leverage_high,
        case
            when mixes.leverage_high <= rules.max_leverage then 1
            when mixes.leverage_low < rules.max_leverage
                then
                    ln(rules.max_leverage / mixes.leverage_low)
                    / ln(mixes.leverage_high / mixes.leverage_low)
            else 0
        end as allowed_part,
        mixes.base,
        mixes.retail_heavy,
        mixes.institutional,
        mixes.calibrated
    from rules
    inner join int_liquidation_mixes as mixes
        on rules.asset = mixes.asset

),

beyond as (

    -- 1 for each mix of which the exchange allows nothing
    select
        rule,
        any_value(is_inverse) as is_inverse,
        any_value(maintenance_rate) as maintenance_rate,
        any_value(deduction) as deduction,
        any_value(max_leverage) as leverage_low,
        any_value(max_leverage) as leverage_high,
        1 as allowed_part,
        if(bool_or(base > 0) and not bool_or(base * allowed_part > 0), 1, 0) as base,
        if(bool_or(retail_heavy > 0) and not bool_or(retail_heavy * allowed_part > 0), 1, 0)
            as retail_heavy,
        if(bool_or(institutional > 0) and not bool_or(institutional * allowed_part > 0), 1, 0)
            as institutional,
        if(bool_or(calibrated > 0) and not bool_or(calibrated * allowed_part > 0), 1, 0)
            as calibrated
    from placed
    group by rule

),

allowed as (

    select * exclude (max_leverage)
    from placed
    where allowed_part > 0
    union all by name
    select *
    from beyond
    where base + retail_heavy + institutional + calibrated > 0

),

totals as (

    select
        rule,
        sum(base * allowed_part order by leverage_low, leverage_high) as base,
        sum(retail_heavy * allowed_part order by leverage_low, leverage_high)
            as retail_heavy,
        sum(institutional * allowed_part order by leverage_low, leverage_high)
            as institutional,
        sum(calibrated * allowed_part order by leverage_low, leverage_high)
            as calibrated
    from allowed
    group by rule

),

sides as (

    select unnest(['long', 'short']) as side

),

measured as (

    select
        allowed.*,
        sides.side,
        -- towards zero there is room for a fall of 98 percent: what needs more is put there
        case
            when (sides.side = 'long') <> allowed.is_inverse
                then
                    ln(
                        (1 - allowed.maintenance_rate)
                        / greatest(1 - 1 / allowed.leverage_high - allowed.deduction, 0.02)
                    )
            else
                ln(
                    (1 + 1 / allowed.leverage_high + allowed.deduction)
                    / (1 + allowed.maintenance_rate)
                )
        end / ln(1 + $bin_pct / 100) as nearest,
        case
            when (sides.side = 'long') <> allowed.is_inverse
                then
                    ln(
                        (1 - allowed.maintenance_rate)
                        / greatest(1 - 1 / allowed.leverage_low - allowed.deduction, 0.02)
                    )
            else
                ln(
                    (1 + 1 / allowed.leverage_low + allowed.deduction)
                    / (1 + allowed.maintenance_rate)
                )
        end / ln(1 + $bin_pct / 100) as furthest
    from allowed
    cross join sides

),

touched as (

    select
        *,
        unnest(
            range(
                cast(floor(nearest) as bigint),
                cast(greatest(floor(nearest), ceil(furthest) - 1) as bigint) + 1
            )
        ) as steps
    from measured

),

spread as (

    select
        touched.rule,
        touched.side,
        touched.steps,
        touched.allowed_part * case
            when touched.furthest > touched.nearest
                then
                    (
                        least(touched.furthest, touched.steps + 1)
                        - greatest(touched.nearest, touched.steps)
                    )
                    / (touched.furthest - touched.nearest)
            else 1
        end as part,
        (
            greatest(touched.nearest, touched.steps)
            + least(greatest(touched.furthest, touched.nearest), touched.steps + 1)
        )
        / 2
        - touched.steps as beyond,
        touched.base,
        touched.retail_heavy,
        touched.institutional,
        touched.calibrated
    from touched

),

shifted as (

    select
        spread.* replace (spread.part * (1 - spread.beyond) as part),
        spread.steps as level_steps
    from spread
    union all
    select
        spread.* replace (spread.part * spread.beyond as part),
        spread.steps + 1 as level_steps
    from spread

),

summed as (

    select
        shifted.rule,
        shifted.side,
        cast(least(shifted.level_steps, 100000) as integer) as steps,
        core.exact_sum(shifted.part * shifted.base / nullif(totals.base, 0)) as base,
        core.exact_sum(shifted.part * shifted.retail_heavy / nullif(totals.retail_heavy, 0))
            as retail_heavy,
        core.exact_sum(shifted.part * shifted.institutional / nullif(totals.institutional, 0))
            as institutional,
        core.exact_sum(shifted.part * shifted.calibrated / nullif(totals.calibrated, 0))
            as calibrated
    from shifted
    inner join totals
        on shifted.rule = totals.rule
    group by shifted.rule, shifted.side, cast(least(shifted.level_steps, 100000) as integer)

),

ladder as (

    -- every number of steps, so that any of them can be looked up
    select
        ends.rule,
        ends.side,
        cast(unnest(range(0, ends.most + 2)) as integer) as steps
    from (
        select
            rule,
            side,
            max(steps) as most
        from summed
        group by rule, side
    ) as ends

)

select
    ladder.rule,
    ladder.side,
    ladder.steps,
    coalesce(summed.base, 0) as base,
    coalesce(summed.retail_heavy, 0) as retail_heavy,
    coalesce(summed.institutional, 0) as institutional,
    coalesce(summed.calibrated, 0) as calibrated,
    coalesce(sum(summed.base) over outward, 0) as alive_base,
    coalesce(sum(summed.retail_heavy) over outward, 0) as alive_retail_heavy,
    coalesce(sum(summed.institutional) over outward, 0) as alive_institutional,
    coalesce(sum(summed.calibrated) over outward, 0) as alive_calibrated
from ladder
left join summed
    using (rule, side, steps)
window
    outward as (
        partition by ladder.rule, ladder.side order by ladder.steps desc
        rows between unbounded preceding and current row
    )
order by ladder.rule, ladder.side, ladder.steps
