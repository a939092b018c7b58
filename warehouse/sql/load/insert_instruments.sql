-- insert_instruments: add the listed instruments that have no current row.
-- Inputs  core.instruments, staged_instruments
-- Params  $listed_at  timestamptz, when the listing was received
insert into core.instruments by name
select
    staged.*,
    $listed_at as valid_from,
    null::timestamptz as valid_to
from staged_instruments as staged
where
    not exists (
        select 1
        from core.instruments as known
        where
            known.valid_to is null
            and known.venue = staged.venue
            and known.symbol = staged.symbol
    )
order by staged.venue, staged.symbol
