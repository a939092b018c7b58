-- moved: assets by what their change of positions in 24 hours comes to in USD (M03).
-- Grain   one row per published asset with a change
-- Inputs  marts.oi_by_asset
-- Params  $snapshot_at
select
    totals.asset,
    totals.change_24h_pct,
    totals.price_change_24h_pct,
    totals.oi_usd
from marts.oi_by_asset as totals
where
    totals.snapshot_at = $snapshot_at
    and totals.kind_group = 'futures'
    and totals.change_24h_pct is not null
order by
    abs(totals.change_24h_pct) * totals.oi_usd desc,
    totals.asset
