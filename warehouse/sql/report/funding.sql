-- funding: the funding rate of an asset against its own past, largest assets first.
-- Grain   one row per asset
-- Inputs  marts.funding_extremes, marts.oi_by_asset
-- Params  $snapshot_at
select
    funding.asset,
    funding.funding_8h_oi_weighted,
    funding.percentile_90d,
    funding.days_90d,
    funding.extreme
from marts.funding_extremes as funding
left join marts.oi_by_asset as totals
    on
        funding.asset = totals.asset
        and funding.snapshot_at = totals.snapshot_at
        and totals.kind_group = 'futures'
where funding.snapshot_at = $snapshot_at
order by
    totals.oi_usd desc nulls last,
    funding.asset
