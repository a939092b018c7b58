-- totals: snapshots whose facts have no totals, and totals of which no fact is left.
-- Grain   one row per snapshot_at that has one without the other
-- Inputs  core.open_interest, marts.oi_by_asset
-- A fact counts when it is sound and so close to the snapshot that every setting calls it fresh.
with

facts as (

    select
        snapshot_at,
        bool_or(
            superseded_at is null
            and quality = 'ok'
            and oi_base is not null
            and oi_usd < 1e24
            and abs(epoch_us(observed_at) - epoch_us(snapshot_at)) <= 1000000
        ) as is_sound
    from core.open_interest
    group by snapshot_at

),

totals as (

    select distinct snapshot_at
    from marts.oi_by_asset

)

select
    coalesce(facts.snapshot_at, totals.snapshot_at) as snapshot_at,
    totals.snapshot_at is not null as is_built
from facts
full join totals
    on facts.snapshot_at = totals.snapshot_at
where
    facts.snapshot_at is null
    or (facts.is_sound and totals.snapshot_at is null)
order by snapshot_at
