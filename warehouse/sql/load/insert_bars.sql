-- insert_bars: add the staged bars that are not stored, in time order.
-- Grain   one row per added bar
-- Inputs  core.bars, staged_bars
insert into core.bars by name
select staged.*
from staged_bars as staged
where
    not exists (
        select 1
        from core.bars as known
        where
            known.bar_at = staged.bar_at
            and known."interval" = staged."interval"
            and known.venue = staged.venue
            and known.symbol = staged.symbol
    )
order by staged.bar_at, staged.venue, staged.symbol
returning bar_at
