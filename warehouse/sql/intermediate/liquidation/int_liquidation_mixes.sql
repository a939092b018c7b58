-- int_liquidation_mixes: the leverage mix of each asset under each prior.
-- Grain   one row per (asset, leverage_low, leverage_high); a column per prior
-- Inputs  int_position_assets, marts.leverage_priors, marts.leverage_calibration
-- Params  $until            timestamptz, the snapshot to build
--         $calibration_days double, a calibration older than this no longer counts
-- base and calibrated follow the asset's own calibration, where there is one that was known
-- at the snapshot; otherwise the stated prior.
with

latest as (

    select
        asset,
        max(calibrated_at) as calibrated_at
    from marts.leverage_calibration
    where
        calibrated_at <= $until
        and calibrated_at
        > $until - to_microseconds(cast(2 * $calibration_days * 86400e6 as bigint))
    group by asset

),

learned as (

    select
        calibration.asset,
        calibration.leverage_low,
        calibration.leverage_high,
        max(calibration.weight) filter (where calibration.prior = 'base') as base,
        max(calibration.weight) filter (where calibration.prior = 'calibrated') as calibrated
    from marts.leverage_calibration as calibration
    inner join latest
        using (asset, calibrated_at)
    group by calibration.asset, calibration.leverage_low, calibration.leverage_high

),

stated as (

    select
        leverage_low,
        leverage_high,
        max(weight) filter (where prior = 'base') as base,
        max(weight) filter (where prior = 'retail_heavy') as retail_heavy,
        max(weight) filter (where prior = 'institutional') as institutional,
        max(weight) filter (where prior = 'calibrated') as calibrated
    from marts.leverage_priors
    group by leverage_low, leverage_high

)

select
    assets.asset,
    stated.leverage_low,
    stated.leverage_high,
    coalesce(learned.base, stated.base) as base,
    stated.retail_heavy,
    stated.institutional,
    coalesce(learned.calibrated, stated.calibrated) as calibrated,
    latest.asset is not null as is_learned
from int_position_assets as assets
cross join stated
left join latest
    on assets.asset = latest.asset
left join learned
    on
        assets.asset = learned.asset
        and stated.leverage_low = learned.leverage_low
        and stated.leverage_high = learned.leverage_high
order by assets.asset, stated.leverage_low, stated.leverage_high
