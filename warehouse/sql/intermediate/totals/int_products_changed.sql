-- int_products_changed: what changed in a product line of a venue between two snapshots.
-- Grain   one row per (snapshot_at, kind_group, venue_id, product_id) with an instrument fresh at
--         both ends of any horizon
-- Inputs  int_changes_paired, int_instruments_numbered
with

kinds as (

    select distinct
        group_id,
        kind_group
    from int_instruments_numbered

),

summed as (

    select
        pairs.snapshot_at,
        kinds.kind_group,
        pairs.venue_id,
        pairs.product_id,
        pairs.horizon,
        core.exact_sum(pairs.usd_0) as usd_0,
        core.exact_sum(pairs.positions_usd) as positions_usd,
        core.exact_sum(case when pairs.horizon = '24h' then pairs.usd_1 end) as usd_1,
        core.exact_sum(case when pairs.horizon = '24h' then pairs.flow_usd end) as flow_usd
    from int_changes_paired as pairs
    inner join kinds
        on pairs.group_id = kinds.group_id
    group by all

)

select
    snapshot_at,
    kind_group,
    venue_id,
    product_id,
    max(usd_0) filter (where horizon = '1h') as usd_0_1h,
    max(usd_0) filter (where horizon = '4h') as usd_0_4h,
    max(usd_0) filter (where horizon = '24h') as usd_0_24h,
    max(usd_0) filter (where horizon = '7d') as usd_0_7d,
    max(positions_usd) filter (where horizon = '1h') as positions_usd_1h,
    max(positions_usd) filter (where horizon = '4h') as positions_usd_4h,
    max(positions_usd) filter (where horizon = '24h') as positions_usd_24h,
    max(positions_usd) filter (where horizon = '7d') as positions_usd_7d,
    max(usd_1) as usd_1_24h,
    max(flow_usd) as flow_usd_24h
from summed
group by all
