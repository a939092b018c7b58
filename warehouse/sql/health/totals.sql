-- totals: snapshots whose facts have no totals, and totals of which no fact is left.
-- Grain   one row per snapshot_at that has one without the other
-- Inputs  core.open_interest, marts.oi_by_asset, ops.maintenance
-- A fact counts when it is sound and so close to the snapshot that every setting calls it fresh.
-- Where maintenance thinned, each contract keeps its own last row and an asset its last total:
-- there a fact need not have one.
with

facts as (

    select
        snapshot_at,
        bool_or(
            superseded_at is null
            and core.is_sound(quality, oi_base, oi_usd)
            and core.is_timely(snapshot_at, observed_at, 1 / 60)
        ) as is_sound
    from core.open_interest
    group by snapshot_at

),

totals as (

    select distinct snapshot_at
    from marts.oi_by_asset

),

thinned as (

    select coalesce(max(older_than), timestamptz '1970-01-01 00:00:00+00') as until
    from ops.maintenance
    where action = 'thin'

)

select
    coalesce(facts.snapshot_at, totals.snapshot_at) as snapshot_at,
    totals.snapshot_at is not null as is_built
from facts
full join totals
    on facts.snapshot_at = totals.snapshot_at
cross join thinned
where
    facts.snapshot_at is null
    or (
        facts.is_sound
        and totals.snapshot_at is null
        and facts.snapshot_at >= thinned.until
    )
order by snapshot_at
