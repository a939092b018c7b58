-- int_imbalance_days: one value a day of what percentiles are taken of.
-- Grain   one row per (day, asset): the last snapshot of each UTC day of the 365 before the
--         window; published totals only
-- Inputs  marts.oi_by_asset
-- Params  $since  timestamptz, first instant of the window
--         $until  timestamptz, last instant of the window
with

instants as (

    select max(snapshot_at) as snapshot_at
    from marts.oi_by_asset
    where
        snapshot_at >= core.bar_start('1d', $since) - interval 366 day
        and snapshot_at < core.bar_start('1d', $until)
    group by epoch_us(snapshot_at) // 86400000000

)

select
    totals.snapshot_at,
    epoch_us(totals.snapshot_at) // 86400000000 as day,
    totals.asset,
    totals.funding_8h_oi_weighted as funding_8h,
    totals.basis_pct
from marts.oi_by_asset as totals
inner join instants
    on totals.snapshot_at = instants.snapshot_at
where
    totals.kind_group = 'futures'
    and totals.published
    and totals.snapshot_at >= core.bar_start('1d', $since) - interval 366 day
    and totals.snapshot_at < core.bar_start('1d', $until)
