-- insert_open_interest: add the staged rows that are not current yet, in time order.
-- Inputs  core.open_interest, staged_open_interest
-- Params  $recorded_at  timestamptz, when the rows become known
--         $run_id       varchar, the run that brings them
insert into core.open_interest by name
select
    staged.*,
    $recorded_at as recorded_at,
    null::timestamptz as superseded_at,
    $run_id as run_id
from staged_open_interest as staged
where
    not exists (
        select 1
        from core.open_interest as known
        where
            known.superseded_at is null
            and known.snapshot_at = staged.snapshot_at
            and known.venue = staged.venue
            and known.symbol = staged.symbol
    )
order by staged.snapshot_at, staged.venue, staged.symbol
