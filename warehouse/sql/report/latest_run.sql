-- latest_run: the newest run that has data, of one day or at all.
-- Grain   one row, none when there is no run
-- Inputs  ops.runs
-- Params  $report_date  date or null
select runs.run_id
from ops.runs as runs
where
    runs.state in ('completed', 'partial')
    and runs.flow in ('nightly', 'snapshot')
    and (
        cast($report_date as date) is null
        or cast(runs.snapshot_at as date) = cast($report_date as date)
    )
order by
    runs.snapshot_at desc,
    runs.started_at desc
limit 1
