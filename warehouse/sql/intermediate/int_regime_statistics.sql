-- int_regime_statistics: what each change is measured against.
-- Grain   one row per (bar_at, horizon, asset) in the window
-- Inputs  int_regime_changes
-- Params  $since            timestamptz, first instant of the window
--         $exhaustion_bars  integer, points of a trend at horizons 1h and 4h
--         $exhaustion_days  integer, points of a trend at horizon 24h
--         $squeeze_days     integer, days of earlier changes a jump is measured against
-- A trend of n points has n - 1 changes; it is judged when none of them is missing.
with

sized as (

    select
        *,
        case when horizon = '24h' then $exhaustion_days else $exhaustion_bars end as points
    from int_regime_changes

),

measured as (

    select
        *,
        stddev_samp(price_change_pct) over month as price_sd,
        stddev_samp(oi_change_pct) over month as oi_sd,
        least(count(price_change_pct) over month, count(oi_change_pct) over month) as n,
        first(bar_at) over trend as trend_from,
        count(price_log) over trend as trend_prices,
        count(oi_log) over trend as trend_changes,
        count(*) filter (where oi_log < 0) over trend as falling,
        sum(oi_log) over trend as trend_log
    from sized
    window
        month as (
            partition by asset, horizon, phase
            order by bar_at
            range between to_days($squeeze_days) preceding and interval 1 microsecond preceding -- noqa: PRS
        ),
        trend as (
            partition by asset, horizon, phase
            order by bar_at
            rows between (points - 2) preceding and current row -- noqa: PRS
        )

)

select
    * exclude (phase, price_log, oi_log),
    trend_prices = points - 1
    and trend_changes = points - 1
    and abs(
        epoch_us(bar_at) - epoch_us(trend_from) - (points - 2) * core.bar_us(horizon)
    ) <= 300000000 as is_trend_known
from measured
where bar_at >= $since
