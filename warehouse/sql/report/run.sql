-- run: the run a report speaks of, and the report before it.
-- Grain   one row
-- Inputs  ops.runs, core.open_interest
-- Params  $run_id  varchar
select
    runs.run_id,
    runs.snapshot_at,
    runs.version,
    runs.is_simulated,
    (
        select max(facts.observed_at)
        from core.open_interest as facts
        where
            facts.snapshot_at = runs.snapshot_at
            and facts.superseded_at is null
            and facts.source = 'live'
    ) as data_cutoff,
    (
        select max(earlier.snapshot_at)
        from ops.runs as earlier
        where
            earlier.flow = 'nightly'
            and earlier.state <> 'failed'
            and earlier.snapshot_at < runs.snapshot_at
    ) as previous_at
from ops.runs as runs
where runs.run_id = $run_id
