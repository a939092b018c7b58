-- int_options_gated: whether figures of all venues together may be printed.
-- Grain   one row per (snapshot_at, asset) with an option that was told
-- Inputs  int_options_known, marts.oi_by_asset
-- Params  $since  timestamptz, first instant of the window
--         $until  timestamptz, last instant of the window
-- As the total of the asset's options is.
with

assets as (

    select distinct
        snapshot_at,
        asset
    from int_options_known

),

totals as (

    select
        snapshot_at,
        asset,
        coverage,
        published,
        withheld_reason
    from marts.oi_by_asset
    where
        kind_group = 'options'
        and snapshot_at between $since and $until

)

select
    assets.snapshot_at,
    assets.asset,
    totals.coverage,
    coalesce(totals.published, false) as published,
    case
        when totals.asset is null then 'no venue has an option that may be counted'
        else totals.withheld_reason
    end as withheld_reason
from assets
left join totals
    using (snapshot_at, asset)
