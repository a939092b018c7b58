-- insert_bars: add the staged bars in time order.
-- Inputs  core.bars, staged_bars
insert into core.bars by name
select staged.*
from staged_bars as staged
order by staged.bar_at, staged.venue, staged.symbol
