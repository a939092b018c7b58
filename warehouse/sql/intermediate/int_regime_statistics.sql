-- int_regime_statistics: what each change is measured against.
-- Grain   one row per (bar_at, horizon, asset) in the window
-- Inputs  int_regime_changes
-- Params  $since            timestamptz, first instant of the window
--         $exhaustion_bars  integer, points of a trend at horizons 1h and 4h
--         $exhaustion_days  integer, points of a trend at horizon 24h
--         $squeeze_days     integer, days of earlier changes a jump is measured against
-- A trend of n points has n - 1 changes; it is judged when none of them is missing. Deviations
-- are summed in whole numbers of 1e-9 percent, so that they do not depend on the order of rows.
-- A change beyond a million percent is a beginning from next to nothing, none to measure others
-- against: it is left out of the deviation and not counted.
with

sized as (

    select
        *,
        case when horizon = '24h' then $exhaustion_days else $exhaustion_bars end as points,
        case when abs(price_change_pct) <= 1e6 then cast(price_change_pct * 1e9 as hugeint) end
            as price_units,
        case when abs(oi_change_pct) <= 1e6 then cast(oi_change_pct * 1e9 as hugeint) end
            as oi_units
    from int_regime_changes

),

judged as (

    select *
    from sized
    where bar_at >= $since

),

months as (

    select
        judged.bar_at,
        judged.horizon,
        judged.asset,
        count(earlier.price_units) as prices,
        sum(earlier.price_units) as price_sum,
        sum(earlier.price_units * earlier.price_units) as price_squares,
        count(earlier.oi_units) as changes,
        sum(earlier.oi_units) as oi_sum,
        sum(earlier.oi_units * earlier.oi_units) as oi_squares
    from judged
    inner join sized as earlier
        on
            judged.asset = earlier.asset
            and judged.horizon = earlier.horizon
            and judged.phase = earlier.phase
            and judged.bar_at > earlier.bar_at
            and earlier.bar_at >= judged.bar_at - to_days($squeeze_days)
    group by judged.bar_at, judged.horizon, judged.asset

),

trends as (

    select
        bar_at,
        horizon,
        asset,
        first(bar_at) over trend as trend_from,
        count(price_log) over trend as trend_prices,
        count(oi_log) over trend as trend_changes,
        count(*) filter (where oi_log < 0) over trend as falling,
        sum(oi_log) over trend as trend_log
    from sized
    where bar_at >= $since - to_microseconds(points * core.bar_us(horizon))
    window
        trend as (
            partition by asset, horizon, phase
            order by bar_at
            rows between (points - 2) preceding and current row -- noqa: PRS
        )

)

select
    judged.* exclude (phase, price_log, oi_log, price_units, oi_units),
    sqrt(
        cast(months.prices * months.price_squares - months.price_sum * months.price_sum as double)
        / nullif(months.prices * (months.prices - 1), 0)
    ) / 1e9 as price_sd,
    sqrt(
        cast(months.changes * months.oi_squares - months.oi_sum * months.oi_sum as double)
        / nullif(months.changes * (months.changes - 1), 0)
    ) / 1e9 as oi_sd,
    least(coalesce(months.prices, 0), coalesce(months.changes, 0)) as n,
    trends.* exclude (bar_at, horizon, asset),
    trends.trend_prices = judged.points - 1
    and trends.trend_changes = judged.points - 1
    and abs(
        epoch_us(judged.bar_at) - epoch_us(trends.trend_from)
        - (judged.points - 2) * core.bar_us(judged.horizon)
    ) <= 300000000 as is_trend_known
from judged
inner join trends
    on
        judged.bar_at = trends.bar_at
        and judged.horizon = trends.horizon
        and judged.asset = trends.asset
left join months
    on
        judged.bar_at = months.bar_at
        and judged.horizon = months.horizon
        and judged.asset = months.asset
