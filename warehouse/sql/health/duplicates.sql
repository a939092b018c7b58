-- duplicates: instruments with more than one current figure at one instant.
-- Grain   one row: how many keys, and the first of them
-- Inputs  core.open_interest
with

keys as (

    select
        snapshot_at,
        venue,
        symbol
    from core.open_interest
    where superseded_at is null
    group by all
    having count(*) > 1

)

select
    count(*) as keys,
    min_by(venue || ' ' || symbol, (snapshot_at, venue, symbol)) as example,
    min(snapshot_at) as first_at
from keys
