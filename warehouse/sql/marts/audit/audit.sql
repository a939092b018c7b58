-- ops.audit: what the audit found, filed under every run that asked the venue for the snapshot.
-- Grain   one row per (run_id, venue, symbol, check_name); symbol is null for a whole venue
-- Inputs  int_audit_found, ops.runs, ops.coverage
-- Window  snapshot_at
-- Slices  30 runs
select
    runs.run_id,
    found.*
from int_audit_found as found
inner join ops.runs as runs
    on found.snapshot_at = runs.snapshot_at
inner join ops.coverage as coverage
    on
        runs.run_id = coverage.run_id
        and found.venue = coverage.venue
where
    runs.flow in ('nightly', 'snapshot')
    and coverage.status <> 'skipped'
order by
    runs.run_id,
    found.venue,
    found.symbol nulls first,
    found.check_name
