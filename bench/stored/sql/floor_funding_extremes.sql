-- floor_funding_extremes: marts.funding_extremes as one query over the totals.
-- Params  $since, $until  timestamptz, first and last snapshot
with

rates as (

    select
        snapshot_at,
        asset,
        funding_8h_oi_weighted as rate,
        funding_apr,
        is_simulated,
        epoch_us(snapshot_at) // 86400000000 as day
    from marts.oi_by_asset
    where published and funding_8h_oi_weighted is not null and snapshot_at <= $until

),

days as (

    select
        asset,
        day,
        arg_max(rate, snapshot_at) as rate
    from rates
    group by all

),

counted as (

    select
        rates.snapshot_at,
        rates.asset,
        count(days.rate) filter (where rates.day - days.day <= 90) as days_90d,
        count(days.rate) as days_365d,
        count(*) filter (where rates.day - days.day <= 90 and days.rate <= rates.rate)
            as reached_90d,
        count(*) filter (where days.rate <= rates.rate) as reached_365d,
        count(*) filter (where rates.day - days.day <= 90 and days.rate < rates.rate)
            as passed_90d,
        median(abs(days.rate)) filter (where rates.day - days.day <= 90) as median_abs
    from rates
    inner join days
        on
            rates.asset = days.asset
            and rates.day > days.day
            and days.day >= rates.day - 365
    where rates.snapshot_at >= $since
    group by all

)

select
    rates.snapshot_at,
    rates.asset,
    rates.rate as funding_8h_oi_weighted,
    rates.funding_apr,
    case when counted.days_90d >= 30 then counted.reached_90d / counted.days_90d end
        as percentile_90d,
    case when counted.days_365d >= 30 then counted.reached_365d / counted.days_365d end
        as percentile_365d,
    case when counted.days_90d >= 30 then counted.median_abs end as median_abs_90d,
    coalesce(counted.days_90d, 0) as days_90d,
    coalesce(counted.days_365d, 0) as days_365d,
    case
        when rates.funding_apr > 0.5 then 'high'
        when counted.days_90d >= 30 and counted.passed_90d / counted.days_90d >= 0.95 then 'high'
        when rates.funding_apr < -0.5 then 'low'
        when counted.days_90d >= 30 and counted.reached_90d / counted.days_90d <= 0.05 then 'low'
        when counted.days_90d >= 30 then 'none'
    end as extreme,
    rates.is_simulated
from rates
left join counted
    on rates.snapshot_at = counted.snapshot_at and rates.asset = counted.asset
where rates.snapshot_at >= $since
order by rates.snapshot_at, rates.asset
