-- import_conflicts: how many current rows of other runs have the key of an imported row.
-- Inputs  core.open_interest
-- Params  $run_id  varchar, the import
--         $since   timestamptz, first instant of the import
--         $until   timestamptz, last instant of the import
select count(*) as conflicts
from core.open_interest as known
where
    known.superseded_at is null
    and known.run_id <> $run_id
    and known.snapshot_at between $since and $until
    and exists (
        select 1
        from core.open_interest as imported
        where
            imported.run_id = $run_id
            and imported.superseded_at is null
            and imported.snapshot_at between $since and $until
            and imported.snapshot_at = known.snapshot_at
            and imported.venue = known.venue
            and imported.symbol = known.symbol
    )
