-- history: an asset's published open interest and price over time.
-- Grain   one row per snapshot
-- Inputs  marts.oi_by_asset
-- Params  $asset, $snapshot_at, $history_days
select
    totals.snapshot_at as at,
    case when totals.published then totals.oi_base end as oi_base,
    case when totals.published then totals.oi_usd end as oi_usd,
    totals.price
from marts.oi_by_asset as totals
where
    totals.asset = $asset
    and totals.kind_group = 'futures'
    and totals.snapshot_at <= $snapshot_at
    and totals.snapshot_at > $snapshot_at - to_hours(cast($history_days * 24 as integer))
order by totals.snapshot_at
