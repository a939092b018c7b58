-- int_options_realised: how much the price of each asset moved in the 30 days before.
-- Grain   one row per (snapshot_at, asset)
-- Inputs  int_options_known, int_options_returns
with

snapshots as (

    select distinct
        snapshot_at,
        asset
    from int_options_known

)

select
    snapshots.snapshot_at,
    snapshots.asset,
    cast(count(found.log_return) as integer) as realised_days,
    case
        when count(found.log_return) >= 25
            then
                sqrt(
                    365 * core.exact_sum(found.log_return ** 2 * 1e6) / 1e6
                    / count(found.log_return)
                )
    end as realised_vol_30d
from snapshots
left join int_options_returns as found
    on
        snapshots.asset = found.asset
        and found.day <= snapshots.snapshot_at
        and found.day > snapshots.snapshot_at - interval 720 hour
group by snapshots.snapshot_at, snapshots.asset
