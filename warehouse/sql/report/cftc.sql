-- cftc: open interest of US exchanges by the CFTC's last report before a snapshot, in no total.
-- Grain   one row per exchange and asset, and one per contract whose size is not known
-- Inputs  marts.cftc_positions
-- Params  $snapshot_at
-- The net of a class of holders is its longs less its shorts, in coins. Sums are of contracts in
-- coins; USD are there when every contract has a price.
with

closed as (

    select
        *,
        timezone('America/Chicago', report_date + interval 16 hour) as closed_at
    from marts.cftc_positions

),

latest as (

    select *
    from closed
    where closed_at <= $snapshot_at
    qualify rank() over (partition by exchange order by report_date desc) = 1

)

select
    exchange,
    asset,
    string_agg(contract, ', ' order by contract_size desc, contract) as contracts,
    report_date,
    (epoch_us($snapshot_at) - epoch_us(closed_at)) / 3600e6 as age_hours,
    sum(oi_contracts)::bigint as oi_contracts,
    core.exact_sum(oi_base) as oi_base,
    case when count(oi_usd) = count(*) then core.exact_sum(oi_usd) end as oi_usd,
    core.exact_sum((dealer_long - dealer_short) * contract_size) as dealer_net,
    core.exact_sum((asset_manager_long - asset_manager_short) * contract_size)
        as asset_manager_net,
    core.exact_sum((leveraged_long - leveraged_short) * contract_size) as leveraged_net,
    core.exact_sum((other_long - other_short) * contract_size) as other_net,
    core.exact_sum((nonreportable_long - nonreportable_short) * contract_size)
        as nonreportable_net,
    coalesce(min(missing_reason), '') as missing_reason
from latest
group by
    exchange,
    asset,
    report_date,
    closed_at,
    case when contract_size is null then contract_code end
order by
    core.exact_sum(oi_usd) desc nulls last,
    exchange,
    asset,
    contracts
