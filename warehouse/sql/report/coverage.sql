-- coverage: how each venue answered a run, and how it answered the run before.
-- Grain   one row per venue
-- Inputs  ops.coverage, ops.runs
-- Params  $run_id, $earlier_at  timestamptz or null
select
    coverage.venue,
    coverage.status,
    coverage.instruments_expected,
    coverage.received,
    coverage.accepted,
    coverage.rejected,
    coverage.requests,
    coverage.seconds,
    coalesce(coverage.error, '') as error,
    (
        select arg_max(before.status, runs.started_at)
        from ops.coverage as before
        inner join ops.runs as runs
            on before.run_id = runs.run_id
        where
            before.venue = coverage.venue
            and runs.snapshot_at = $earlier_at
            and runs.flow = 'nightly'
    ) as earlier_status
from ops.coverage as coverage
where coverage.run_id = $run_id
order by coverage.venue
