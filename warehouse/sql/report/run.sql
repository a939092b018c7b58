-- run: the run a report speaks of, what its figures rest on, and the report before it.
-- Grain   one row
-- Inputs  ops.runs, ops.first_maps, marts.oi_market
-- Params  $run_id  varchar, $snapshot_at  timestamptz or null, of history: what the report speaks of
with

spoken_of as (

    select
        runs.*,
        coalesce(cast($snapshot_at as timestamptz), runs.snapshot_at) as instant,
        runs.flow not in ('nightly', 'snapshot') as is_history
    from ops.runs as runs
    where runs.run_id = $run_id

)

select
    spoken_of.run_id,
    spoken_of.instant as snapshot_at,
    spoken_of.version,
    spoken_of.is_simulated,
    spoken_of.is_history,
    (
        select max(market.observed_until)
        from marts.oi_market as market
        where market.snapshot_at = spoken_of.instant
    ) as data_cutoff,
    exists(
        select 1 from ops.first_maps as maps
        where maps.snapshot_at = spoken_of.instant
    ) as is_mapped,
    (
        select max(earlier.snapshot_at)
        from ops.runs as earlier
        where
            earlier.flow = 'nightly'
            and earlier.state in ('completed', 'partial')
            and earlier.snapshot_at < spoken_of.instant
    ) as previous_at
from spoken_of
