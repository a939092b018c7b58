-- int_liquidation_alive: what is left of each side after forced closes, by entry price.
-- Grain   one row per (book, side, bin, least_steps, is_initial)
-- Inputs  int_position_masses, int_liquidation_rules, int_liquidation_distances
-- Every level at least_steps bins from its entry or further is alive: those in the bin of the
-- lowest price since for longs, of the highest for shorts, as far as they lie beyond that price,
-- and all in bins beyond. base and the others, by prior, are what was there before any of these
-- levels was crossed, share_* the part that is alive; placed is what would be there if nothing was
-- closed by force.
with

sides as (

    select
        book,
        'long' as side,
        bin,
        bin - low_bin as steps,
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
        high_bin - bin as steps,
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

parted as (

    select
        book,
        side,
        bin,
        steps as least_steps,
        is_initial,
        0.0 as placed,
        base_beyond as base,
        retail_heavy_beyond as retail_heavy,
        institutional_beyond as institutional,
        calibrated_beyond as calibrated
    from sides
    union all
    select
        book,
        side,
        bin,
        steps + 1 as least_steps,
        is_initial,
        placed,
        base - base_beyond as base,
        retail_heavy - retail_heavy_beyond as retail_heavy,
        institutional - institutional_beyond as institutional,
        calibrated - calibrated_beyond as calibrated
    from sides

),

summed as (

    select
        book,
        side,
        bin,
        least_steps,
        is_initial,
        core.exact_sum(placed) as placed,
        core.exact_sum(base) as base,
        core.exact_sum(retail_heavy) as retail_heavy,
        core.exact_sum(institutional) as institutional,
        core.exact_sum(calibrated) as calibrated
    from parted
    group by book, side, bin, least_steps, is_initial

)

select
    summed.*,
    coalesce(distances.alive_base, 0) as share_base,
    coalesce(distances.alive_retail_heavy, 0) as share_retail_heavy,
    coalesce(distances.alive_institutional, 0) as share_institutional,
    coalesce(distances.alive_calibrated, 0) as share_calibrated
from summed
inner join int_liquidation_rules as rules
    on summed.book = rules.book
left join int_liquidation_distances as distances
    on
        rules.rule = distances.rule
        and summed.side = distances.side
        and summed.least_steps = distances.steps
