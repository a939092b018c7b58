-- replace_bars: drop the stored bars that the staged ones replace.
-- Inputs  core.bars, staged_bars
delete from core.bars as known
using staged_bars as staged
where
    known.bar_at = staged.bar_at
    and known."interval" = staged."interval"
    and known.venue = staged.venue
    and known.symbol = staged.symbol
