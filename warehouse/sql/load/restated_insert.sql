-- restated_insert: add the restated rows, where their place is not taken already.
-- Inputs  core.open_interest, restated_history
insert into core.open_interest by name
select restated.* exclude (replaced)
from restated_history as restated
where
    not exists (
        select 1
        from core.open_interest as known
        where
            known.superseded_at is null
            and known.snapshot_at = restated.snapshot_at
            and known.venue = restated.venue
            and known.symbol = restated.symbol
    )
order by restated.snapshot_at, restated.venue, restated.symbol
