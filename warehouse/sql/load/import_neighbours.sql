-- import_neighbours: how many current rows of other runs lie in the span of an import.
-- Inputs  core.open_interest
-- Params  $run_id  varchar, the import
--         $since   timestamptz, first instant of the import
--         $until   timestamptz, last instant of the import
select count(*) as neighbours
from core.open_interest as known
where
    known.superseded_at is null
    and known.run_id <> $run_id
    and known.snapshot_at between $since and $until
