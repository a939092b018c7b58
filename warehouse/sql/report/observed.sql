-- observed: how much of the open interest the observed accounts hold, by asset.
-- Grain   one row per asset and venue
-- Inputs  marts.observed_coverage, marts.oi_by_asset
-- Params  $snapshot_at, $observed_at
select coverage.*
from marts.observed_coverage as coverage
left join marts.oi_by_asset as totals
    on
        coverage.asset = totals.asset
        and totals.snapshot_at = $snapshot_at
        and totals.kind_group = 'futures'
where coverage.snapshot_at = $observed_at
order by
    totals.oi_usd desc nulls last,
    coverage.asset,
    coverage.venue
