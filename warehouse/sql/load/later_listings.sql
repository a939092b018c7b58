-- later_listings: whether a run of a later snapshot has read a venue's listing.
-- Grain   one row
-- Inputs  ops.coverage, ops.runs
-- Params  $venue      varchar
--         $listed_at  timestamptz, when the listing at hand was received
select count(*) > 0 as is_known
from ops.coverage as coverage
inner join ops.runs as runs
    on coverage.run_id = runs.run_id
where
    coverage.venue = $venue
    and coverage.instruments_expected > 0
    and runs.snapshot_at > $listed_at
