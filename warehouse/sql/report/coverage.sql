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
    concat_ws('; ', coverage.error, 'beside open interest: ' || beside.error) as error,
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
left join ops.coverage as beside
    on
        coverage.venue = beside.venue
        and beside.run_id = coverage.run_id || '-top_up'
where coverage.run_id = $run_id
order by coverage.venue
