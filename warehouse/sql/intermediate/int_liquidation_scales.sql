-- int_liquidation_scales: what makes the open positions of each side add up to open interest.
-- Grain   one row per (book, side)
-- Inputs  int_liquidation_alive, int_liquidation_books
-- A forced close is part of the fall of open interest, which has thinned out every cohort
-- alike; what is left is scaled so that each side holds what was placed. unplaced is open
-- interest whose entry has no known price, for want of history or of prices.
with

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
    sums.side,
    sums.placed,
    sums.initial,
    greatest(books.oi_base - sums.placed, 0) as unplaced,
    sums.alive_base,
    sums.alive_retail_heavy,
    sums.alive_institutional,
    sums.alive_calibrated,
    least(sums.placed, books.oi_base) / nullif(sums.alive_base, 0) as scale_base,
    least(sums.placed, books.oi_base) / nullif(sums.alive_retail_heavy, 0)
        as scale_retail_heavy,
    least(sums.placed, books.oi_base) / nullif(sums.alive_institutional, 0)
        as scale_institutional,
    least(sums.placed, books.oi_base) / nullif(sums.alive_calibrated, 0)
        as scale_calibrated
from int_liquidation_books as books
inner join sums
    on books.book = sums.book
order by books.book, sums.side
