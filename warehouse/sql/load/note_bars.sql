-- note_bars: note which span of bars a load changes, before it does.
-- Grain   one row, or none when nothing changes
-- Inputs  core.bars, staged_bars, ops.stale
insert into ops.stale by name
select
    'core.bars' as fact,
    min(staged.bar_at) as since,
    max(staged.bar_at) as until
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
            and (
                known.asset, known.open, known.high, known.low, known.close,
                known.volume_base, known.volume_usd
            ) is not distinct from (
                staged.asset, staged.open, staged.high, staged.low, staged.close,
                staged.volume_base, staged.volume_usd
            )
    )
having count(*) > 0
