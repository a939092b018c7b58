-- import_positioning: the shares behind the ratios of a slice of metrics, one row per measure.
-- Inputs  import_slice, import_repeats
-- A ratio of 0 between accounts or positions is a hole of the source, not a market without longs.
with

told as (

    unpivot (
        select
            slice.snapshot_at as "at",
            slice.venue,
            slice.symbol,
            slice.asset,
            slice.count_long_short_ratio as account,
            slice.count_toptrader_long_short_ratio as top_account,
            slice.sum_toptrader_long_short_ratio as top_position,
            slice.sum_taker_long_short_vol_ratio as taker
        from import_slice as slice
        where slice.row_id not in (select repeats.row_id from import_repeats as repeats)
    )
    on account, top_account, top_position, taker
    into name measure value ratio

)

select
    told."at",
    told.venue,
    told.symbol,
    told.asset,
    told.measure,
    '5m' as period,
    told.ratio / (1 + told.ratio) as long_share,
    1 / (1 + told.ratio) as short_share,
    null::double as long_base,
    null::double as short_base,
    'import' as source,
    false as is_simulated
from told
where
    told.ratio > 0
    or told.measure = 'taker'
order by told."at", told.venue, told.symbol, told.measure
