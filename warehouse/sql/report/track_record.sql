-- track_record: what the maps of the last nights were worth.
-- Grain   one row per asset, prior and number of days
-- Inputs  marts.track_record, marts.oi_by_asset
-- Params  $snapshot_at
with

spans as (

    select
        30 as days,
        record.*
    from marts.track_record($snapshot_at, 30) as record
    union all
    select
        90 as days,
        record.*
    from marts.track_record($snapshot_at, 90) as record

)

select spans.*
from spans
left join marts.oi_by_asset as totals
    on
        spans.asset = totals.asset
        and totals.snapshot_at = $snapshot_at
        and totals.kind_group = 'futures'
where spans.prior in ('base', 'calibrated')
order by
    spans.asset <> 'ALL',
    totals.oi_usd desc nulls last,
    spans.asset,
    spans.days,
    spans.prior
