-- int_liquidation_alive: what is left of each side after forced closes, by entry price.
-- Grain   one row per (book, side, bin, reach_bin, is_initial)
-- Inputs  int_position_masses, int_liquidation_books, int_liquidation_rules,
--         int_liquidation_distances
-- reach_bin is the bin of the lowest price since for longs, of the highest for shorts: every
-- level beyond it is still alive. share_*: the part of positions, by prior, that is.
with

sides as (

    select unnest(['long', 'short']) as side

),

reached as (

    select
        masses.book,
        sides.side,
        masses.bin,
        case
            when sides.side = 'long' then least(masses.low_bin, masses.bin, books.mark_bin)
            else greatest(masses.high_bin, masses.bin, books.mark_bin)
        end as reach_bin,
        masses.is_initial,
        masses.base
    from int_position_masses as masses
    inner join int_liquidation_books as books
        on masses.book = books.book
    cross join sides
    where masses.base > 0

),

summed as (

    select
        book,
        side,
        bin,
        reach_bin,
        is_initial,
        abs(bin - reach_bin) + 1 as least_steps,
        core.exact_sum(base) as base
    from reached
    group by book, side, bin, reach_bin, is_initial

)

select
    summed.book,
    summed.side,
    summed.bin,
    summed.reach_bin,
    summed.is_initial,
    summed.least_steps,
    summed.base,
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
