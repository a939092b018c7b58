-- import_stage_bars: the bars of a slice that are left and not stored as they are already.
-- Inputs  import_slice, import_repeats, core.bars
create or replace temp table staged_bars as
select
    slice.bar_at,
    slice."interval",
    slice.venue,
    slice.symbol,
    slice.asset,
    slice.open,
    slice.high,
    slice.low,
    slice.close,
    slice.volume_base,
    slice.volume_usd
from import_slice as slice
where
    slice.row_id not in (select repeats.row_id from import_repeats as repeats)
    and not exists (
        select 1
        from core.bars as known
        where
            known.bar_at = slice.bar_at
            and known."interval" = slice."interval"
            and known.venue = slice.venue
            and known.symbol = slice.symbol
            and (
                known.asset, known.open, known.high, known.low, known.close,
                known.volume_base, known.volume_usd
            ) is not distinct from (
                slice.asset, slice.open, slice.high, slice.low, slice.close,
                slice.volume_base, slice.volume_usd
            )
    )
