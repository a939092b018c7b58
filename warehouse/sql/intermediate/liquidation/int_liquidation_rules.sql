-- int_liquidation_rules: which books liquidate at the same distances from an entry.
-- Grain   one row per book
-- Inputs  int_liquidation_books, int_liquidation_mixes
-- Books of assets that nothing was learned of share the stated mix, and most share the margin
-- rules too: distances are worked out once for each rule.
with

mixes as (

    select distinct
        asset,
        is_learned
    from int_liquidation_mixes

)

select
    books.book,
    books.asset,
    books.is_inverse,
    books.maintenance_rate,
    books.deduction,
    books.max_leverage,
    dense_rank() over (
        order by
            if(mixes.is_learned, books.asset, ''),
            books.is_inverse,
            books.maintenance_rate,
            books.deduction,
            books.max_leverage
    ) as rule
from int_liquidation_books as books
inner join mixes
    on books.asset = mixes.asset
order by books.book
