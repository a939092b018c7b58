-- funding_extremes: the funding rate of an asset against its own past.
-- Grain   one row per (snapshot_at, asset) whose total is published and has funding
-- Inputs  int_imbalance_days, marts.oi_by_asset
-- Params  $since                 timestamptz, first instant of the window
--         $until                 timestamptz, last instant of the window
--         $funding_minimum_days  integer, least number of days that a percentile needs
--         $funding_extreme_apr   double, yearly rate that is extreme whatever the past
-- Window  snapshot_at
-- Reach   interval 366 day after
-- Slices  250000 rows of marts.oi_by_asset
-- The past is one value a day, the last of each earlier UTC day. The percentile counts days
-- at or below; to be extreme upwards, days strictly below must be as many: a rate that never
-- leaves its default is not.
with

current_rates as (

    select
        snapshot_at,
        asset,
        funding_8h_oi_weighted as rate,
        funding_apr,
        epoch_us(snapshot_at) // 86400000000 as day,
        is_simulated
    from marts.oi_by_asset
    where
        kind_group = 'futures'
        and published
        and funding_8h_oi_weighted is not null
        and snapshot_at between $since and $until

),

counted as (

    select
        current_rates.snapshot_at,
        current_rates.asset,
        count(*) filter (where current_rates.day - days.day <= 90) as days_90d,
        count(*) as days_365d,
        count(*) filter (
            where current_rates.day - days.day <= 90 and days.funding_8h <= current_rates.rate
        ) as reached_90d,
        count(*) filter (
            where current_rates.day - days.day <= 90 and days.funding_8h < current_rates.rate
        ) as passed_90d,
        count(*) filter (where days.funding_8h <= current_rates.rate) as reached_365d,
        median(abs(days.funding_8h)) filter (where current_rates.day - days.day <= 90) as median_abs
    from current_rates
    inner join int_imbalance_days as days
        on
            current_rates.asset = days.asset
            and current_rates.day > days.day
            and days.day >= current_rates.day - 365
    where days.funding_8h is not null
    group by all

),

ranked as (

    select
        current_rates.*,
        cast(coalesce(counted.days_90d, 0) as integer) as days_90d,
        cast(coalesce(counted.days_365d, 0) as integer) as days_365d,
        core.part_of(counted.reached_90d, counted.days_90d, $funding_minimum_days)
            as percentile_90d,
        core.part_of(counted.passed_90d, counted.days_90d, $funding_minimum_days) as below_90d,
        case when counted.days_90d >= $funding_minimum_days then counted.median_abs end
            as median_abs_90d,
        core.part_of(counted.reached_365d, counted.days_365d, $funding_minimum_days)
            as percentile_365d
    from current_rates
    left join counted
        using (snapshot_at, asset)

)

select
    snapshot_at,
    asset,
    rate as funding_8h_oi_weighted,
    funding_apr,
    percentile_90d,
    percentile_365d,
    median_abs_90d,
    days_90d,
    days_365d,
    case
        when funding_apr > $funding_extreme_apr or below_90d >= 0.95 then 'high'
        when funding_apr < -$funding_extreme_apr or percentile_90d <= 0.05 then 'low'
        when percentile_90d is not null then 'none'
    end as extreme,
    is_simulated
from ranked
order by
    snapshot_at asc,
    asset asc
