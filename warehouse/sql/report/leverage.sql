-- leverage: mixes of leverage by source: stated, learned, observed.
-- Grain   one row per source, name and asset
-- Inputs  marts.leverage_priors, marts.leverage_calibration, marts.observed_leverage
-- Params  $snapshot_at, $observed_at
-- An interval belongs where its middle lies; a round figure is an interval of no width.
with

latest as (

    select
        asset,
        max(calibrated_at) as calibrated_at
    from marts.leverage_calibration
    where calibrated_at <= $snapshot_at
    group by asset

),

mixes as (

    select
        1 as place,
        'stated' as source,
        priors.prior as name,
        '' as asset,
        sqrt(priors.leverage_low * priors.leverage_high) as leverage,
        priors.weight,
        cast(null as timestamptz) as learned_at,
        cast(null as double) as r2,
        cast(null as integer) as steps
    from marts.leverage_priors as priors
    where priors.prior <> 'calibrated'
    union all
    select
        2 as place,
        'learned' as source,
        learned.prior as name,
        learned.asset,
        sqrt(learned.leverage_low * learned.leverage_high) as leverage,
        learned.weight,
        learned.calibrated_at as learned_at,
        learned.r2,
        learned.steps
    from marts.leverage_calibration as learned
    inner join latest
        using (asset, calibrated_at)
    union all
    select
        3 as place,
        'observed' as source,
        'accounts' as name,
        asset,
        sqrt(leverage_low * leverage_high) as leverage,
        weight,
        snapshot_at as learned_at,
        cast(null as double) as r2,
        cast(null as integer) as steps
    from marts.observed_leverage
    where snapshot_at = $observed_at

)

select
    source,
    name,
    asset,
    core.exact_sum(if(leverage < 3, weight, 0)) as below_3x,
    core.exact_sum(if(leverage between 3 and 7, weight, 0)) as from_3x_to_7x,
    core.exact_sum(if(leverage > 7, weight, 0)) as above_7x,
    any_value(learned_at) as learned_at,
    any_value(r2) as r2,
    any_value(steps) as steps
from mixes
group by place, source, name, asset
order by
    place,
    asset,
    name
