-- int_liquidation_alive: what is left of each side after forced closes, by entry price.
-- Grain   one row per (book, side, bin, reached_steps)
-- Inputs  int_position_masses, int_liquidation_rules, int_liquidation_distances
-- reached_steps is how many bins from its entry price went against it. Every level further away is
-- alive; those just as far are, as far as they lie beyond the price that was reached. base and the
-- others, by prior, are what was there before any of these levels was crossed, *_beyond the part
-- of it of which levels just as far are alive, alive_* what is alive; placed is what would be there
-- if nothing was closed by force. initial_* of these was opened before the history begins.
with

sides as (

    select
        book,
        'long' as side,
        bin,
        bin - low_bin as reached_steps,
        is_initial,
        base as placed,
        long_base as base,
        long_retail_heavy as retail_heavy,
        long_institutional as institutional,
        long_calibrated as calibrated,
        long_base_beyond as base_beyond,
        long_retail_heavy_beyond as retail_heavy_beyond,
        long_institutional_beyond as institutional_beyond,
        long_calibrated_beyond as calibrated_beyond
    from int_position_masses
    union all
    select
        book,
        'short' as side,
        bin,
        high_bin - bin as reached_steps,
        is_initial,
        base as placed,
        short_base as base,
        short_retail_heavy as retail_heavy,
        short_institutional as institutional,
        short_calibrated as calibrated,
        short_base_beyond as base_beyond,
        short_retail_heavy_beyond as retail_heavy_beyond,
        short_institutional_beyond as institutional_beyond,
        short_calibrated_beyond as calibrated_beyond
    from int_position_masses

),

summed as (

    select
        book,
        side,
        bin,
        reached_steps,
        core.exact_sum(placed) as placed,
        core.exact_sum(base) as base,
        core.exact_sum(retail_heavy) as retail_heavy,
        core.exact_sum(institutional) as institutional,
        core.exact_sum(calibrated) as calibrated,
        core.exact_sum(base_beyond) as base_beyond,
        core.exact_sum(retail_heavy_beyond) as retail_heavy_beyond,
        core.exact_sum(institutional_beyond) as institutional_beyond,
        core.exact_sum(calibrated_beyond) as calibrated_beyond,
        core.exact_sum(if(is_initial, placed, 0)) as initial_placed,
        core.exact_sum(if(is_initial, base, 0)) as initial_base,
        core.exact_sum(if(is_initial, base_beyond, 0)) as initial_beyond
    from sides
    group by book, side, bin, reached_steps

)

select
    summed.*,
    summed.base_beyond * coalesce(reached.alive_base, 0)
    + (summed.base - summed.base_beyond) * coalesce(further.alive_base, 0) as alive_base,
    summed.retail_heavy_beyond * coalesce(reached.alive_retail_heavy, 0)
    + (summed.retail_heavy - summed.retail_heavy_beyond) * coalesce(further.alive_retail_heavy, 0)
        as alive_retail_heavy,
    summed.institutional_beyond * coalesce(reached.alive_institutional, 0)
    + (summed.institutional - summed.institutional_beyond)
    * coalesce(further.alive_institutional, 0) as alive_institutional,
    summed.calibrated_beyond * coalesce(reached.alive_calibrated, 0)
    + (summed.calibrated - summed.calibrated_beyond) * coalesce(further.alive_calibrated, 0)
        as alive_calibrated,
    summed.initial_beyond * coalesce(reached.alive_base, 0)
    + (summed.initial_base - summed.initial_beyond) * coalesce(further.alive_base, 0)
        as alive_initial
from summed
inner join int_liquidation_rules as rules
    on summed.book = rules.book
left join int_liquidation_distances as reached
    on
        rules.rule = reached.rule
        and summed.side = reached.side
        and summed.reached_steps = reached.steps
left join int_liquidation_distances as further
    on
        rules.rule = further.rule
        and summed.side = further.side
        and summed.reached_steps + 1 = further.steps
