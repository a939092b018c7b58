-- read_supply: rows of a supply file, with their types; a cell that does not fit is an error.
-- Grain   one row per (as_of, asset)
-- Inputs  given_rows
select
    cast(given_rows.as_of as timestamptz) as as_of,
    upper(trim(given_rows.asset)) as asset,
    cast(nullif(given_rows.circulating_base, '') as double) as circulating_base,
    cast(nullif(given_rows.exchange_reserve_base, '') as double) as exchange_reserve_base
from given_rows
order by as_of asc, asset asc
