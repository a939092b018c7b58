-- int_prices_averaged: what a coin was worth where an instrument has no price of its own.
-- Grain   one row per (snapshot_at, group_id) with such an instrument and any open interest
-- Inputs  int_open_interest_judged
-- Of an option, or a future without a mark price, of which nothing is open, no price is known. What
-- is opened in it is then worth what the group's coins are on average.
with

fresh as not materialized (

    select * from int_open_interest_judged
    where is_fresh

),

wanted as (

    select distinct
        snapshot_at,
        group_id
    from fresh
    where unit_usd is null and margin <> 'quanto'

)

select
    fresh.snapshot_at,
    fresh.group_id,
    core.exact_sum(fresh.oi_usd) / nullif(core.exact_sum(fresh.oi_base), 0) as unit_usd
from fresh
inner join wanted
    using (snapshot_at, group_id)
group by all
