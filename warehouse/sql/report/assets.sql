-- assets: the asset table of the report, largest first.
-- Grain   one row per asset
-- Inputs  marts.oi_by_asset, marts.oi_regimes
-- Params  $snapshot_at
select
    totals.*,
    regimes.cell
from marts.oi_by_asset as totals
left join marts.oi_regimes as regimes
    on
        totals.asset = regimes.asset
        and totals.snapshot_at = regimes.bar_at
        and regimes.horizon = '24h'
where
    totals.snapshot_at = $snapshot_at
    and totals.kind_group = 'futures'
order by
    totals.oi_usd desc,
    totals.asset
