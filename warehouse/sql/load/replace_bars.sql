-- replace_bars: drop the stored bars that the staged ones say otherwise.
-- Inputs  core.bars, staged_bars
delete from core.bars as known
using staged_bars as staged
where
    known.bar_at = staged.bar_at
    and known."interval" = staged."interval"
    and known.venue = staged.venue
    and known.symbol = staged.symbol
    and (
        known.asset, known.open, known.high, known.low, known.close, known.volume_base,
        known.volume_usd
    ) is distinct from (
        staged.asset, staged.open, staged.high, staged.low, staged.close, staged.volume_base,
        staged.volume_usd
    )
