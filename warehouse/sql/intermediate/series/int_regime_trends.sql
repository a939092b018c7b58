-- int_regime_trends: straight lines through log price and log open interest.
-- Grain   one row per (bar_at, horizon, asset) whose open interest fell enough to be judged
-- Inputs  int_regime_statistics, int_regime_changes
-- Params  $exhaustion_drop_pct  double, least fall of open interest over the trend, percent
--         $exhaustion_share     double, least share of falling steps, 0 to 1
-- Ordinary least squares against the number of the bar; t-values take the errors as
-- independent, which they are not: they rank, they prove nothing. A line through points that
-- are all the same has none: null.
with

candidates as (

    select
        bar_at,
        horizon,
        asset,
        trend_from,
        points
    from int_regime_statistics
    where
        is_trend_known
        and exp(trend_log / 1e15) - 1 <= -$exhaustion_drop_pct / 100 + 1e-12
        and falling >= $exhaustion_share * (points - 1)

),

steps as (

    select
        candidates.bar_at,
        candidates.horizon,
        candidates.asset,
        row_number() over trend as k,
        sum(changes.price_log) over trend as price_log,
        sum(changes.oi_log) over trend as oi_log
    from candidates
    inner join int_regime_changes as changes
        on
            candidates.asset = changes.asset
            and candidates.horizon = changes.horizon
            and changes.bar_at between candidates.trend_from and candidates.bar_at
            and (
                (epoch_us(candidates.bar_at) + 150000000) // 300000000
                % (core.bar_us(candidates.horizon) // 300000000)
            ) = changes.phase
    window trend as (
        partition by candidates.bar_at, candidates.horizon, candidates.asset
        order by changes.bar_at
    )

),

points as (

    select * from steps
    union all
    select
        bar_at,
        horizon,
        asset,
        0 as k,
        0 as price_log,
        0 as oi_log
    from candidates

),

fitted as (

    select
        bar_at,
        horizon,
        asset,
        count(*) as n,
        regr_slope(price_log / 1e15, k) as price_slope,
        corr(price_log / 1e15, k) as price_r,
        regr_slope(oi_log / 1e15, k) as oi_slope,
        corr(oi_log / 1e15, k) as oi_r,
        exp(arg_max(price_log, k) / 1e15) - 1 as price_cum,
        exp(arg_max(oi_log, k) / 1e15) - 1 as oi_cum
    from points
    group by all

)

select
    bar_at,
    horizon,
    asset,
    price_slope,
    case
        when isfinite(price_r)
            then price_r * sqrt((n - 2) / greatest(1 - price_r * price_r, 1e-15))
    end as price_t,
    oi_slope,
    case
        when isfinite(oi_r)
            then oi_r * sqrt((n - 2) / greatest(1 - oi_r * oi_r, 1e-15))
    end as oi_t,
    price_cum,
    oi_cum
from fitted
