-- int_liquidation_scales: what makes the open positions of each side add up to open interest.
-- Grain   one row per (book, side)
-- Inputs  int_liquidation_alive, int_liquidation_books
-- What is alive stands in the right proportions; scaled, each side holds what was placed: less
-- than the open interest, or nothing and a scale of null, for want of history or of prices. stood_*
-- is what would be alive if no level had been crossed.
with

sides as (

    select unnest(['long', 'short']) as side

),

sums as (

    select
        book,
        side,
        core.exact_sum(placed) as placed,
        core.exact_sum(initial_placed) as initial,
        core.exact_sum(base) as stood_base,
        core.exact_sum(retail_heavy) as stood_retail_heavy,
        core.exact_sum(institutional) as stood_institutional,
        core.exact_sum(calibrated) as stood_calibrated,
        core.exact_sum(alive_base) as alive_base,
        core.exact_sum(alive_retail_heavy) as alive_retail_heavy,
        core.exact_sum(alive_institutional) as alive_institutional,
        core.exact_sum(alive_calibrated) as alive_calibrated
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
    coalesce(sums.stood_base, 0) as stood_base,
    coalesce(sums.stood_retail_heavy, 0) as stood_retail_heavy,
    coalesce(sums.stood_institutional, 0) as stood_institutional,
    coalesce(sums.stood_calibrated, 0) as stood_calibrated,
    coalesce(sums.alive_base, 0) as alive_base,
    coalesce(sums.alive_retail_heavy, 0) as alive_retail_heavy,
    coalesce(sums.alive_institutional, 0) as alive_institutional,
    coalesce(sums.alive_calibrated, 0) as alive_calibrated,
    least(sums.placed, books.oi_base) / nullif(sums.alive_base, 0)
        as scale_base,
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
