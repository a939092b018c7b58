-- int_liquidation_scales: what makes the open positions of each side add up to open interest.
-- Grain   one row per (book, side)
-- Inputs  int_liquidation_alive, int_liquidation_books
-- A forced close is part of the fall of open interest, which has thinned out every cohort
-- alike; what is left is scaled so that each side holds what was placed: less than the open
-- interest, or nothing and a scale of null, for want of history or of prices.
with

sides as (

    select unnest(['long', 'short']) as side

),

sums as (

    select
        book,
        side,
        core.exact_sum(base) as placed,
        core.exact_sum(if(is_initial, base, 0)) as initial,
        core.exact_sum(base * share_base) as alive_base,
        core.exact_sum(base * share_retail_heavy) as alive_retail_heavy,
        core.exact_sum(base * share_institutional) as alive_institutional,
        core.exact_sum(base * share_calibrated) as alive_calibrated
    from int_liquidation_alive
    group by book, side

)

select
    books.book,
    books.asset,
    books.venue,
    books.is_inverse,
    books.oi_base,
    books.is_simulated,
    books.has_tiers,
    sides.side,
    coalesce(sums.placed, 0) as placed,
    coalesce(sums.initial, 0) as initial,
    coalesce(sums.alive_base, 0) as alive_base,
    coalesce(sums.alive_retail_heavy, 0) as alive_retail_heavy,
    coalesce(sums.alive_institutional, 0) as alive_institutional,
    coalesce(sums.alive_calibrated, 0) as alive_calibrated,
    least(sums.placed, books.oi_base) / nullif(sums.alive_base, 0) as scale_base,
    least(sums.placed, books.oi_base) / nullif(sums.alive_retail_heavy, 0)
        as scale_retail_heavy,
    least(sums.placed, books.oi_base) / nullif(sums.alive_institutional, 0)
        as scale_institutional,
    least(sums.placed, books.oi_base) / nullif(sums.alive_calibrated, 0)
        as scale_calibrated
from int_liquidation_books as books
cross join sides
left join sums
    on
        books.book = sums.book
        and sides.side = sums.side
order by books.book, sides.side
