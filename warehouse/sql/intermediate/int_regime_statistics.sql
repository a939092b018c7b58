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

-- Sums since the beginning: those of the days before a bar are the difference of two.
running as (

    select
        *,
        count(price_units) over so_far as prices,
        sum(price_units) over so_far as price_sum,
        sum(price_units * price_units) over so_far as price_squares,
        count(oi_units) over so_far as changes,
        sum(oi_units) over so_far as oi_sum,
        sum(oi_units * oi_units) over so_far as oi_squares
    from sized
    window
        so_far as (
            partition by asset, horizon, phase
            order by bar_at
            rows between unbounded preceding and 1 preceding
        )

),

months as (

    select
        judged.* exclude (
            price_log, oi_log, price_units, oi_units,
            prices, price_sum, price_squares, changes, oi_sum, oi_squares
        ),
        judged.prices - coalesce(past.prices, 0) as prices,
        judged.price_sum - coalesce(past.price_sum, 0) as price_sum,
        judged.price_squares - coalesce(past.price_squares, 0) as price_squares,
        judged.changes - coalesce(past.changes, 0) as changes,
        judged.oi_sum - coalesce(past.oi_sum, 0) as oi_sum,
        judged.oi_squares - coalesce(past.oi_squares, 0) as oi_squares
    from running as judged
    asof left join running as past
        on
            judged.asset = past.asset
            and judged.horizon = past.horizon
            and judged.phase = past.phase
            and judged.bar_at - to_days($squeeze_days) <= past.bar_at
    where judged.bar_at >= $since

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
    months.* exclude (
        phase, prices, price_sum, price_squares, changes, oi_sum, oi_squares
    ),
    sqrt(
        cast(months.prices * months.price_squares - months.price_sum * months.price_sum as double)
        / nullif(months.prices * (months.prices - 1), 0)
    ) / 1e9 as price_sd,
    sqrt(
        cast(months.changes * months.oi_squares - months.oi_sum * months.oi_sum as double)
        / nullif(months.changes * (months.changes - 1), 0)
    ) / 1e9 as oi_sd,
    least(months.prices, months.changes) as n,
    trends.* exclude (bar_at, horizon, asset),
    trends.trend_prices = months.points - 1
    and trends.trend_changes = months.points - 1
    and abs(
        epoch_us(months.bar_at) - epoch_us(trends.trend_from)
        - (months.points - 2) * core.bar_us(months.horizon)
    ) <= 300000000 as is_trend_known
from months
inner join trends
    on
        months.bar_at = trends.bar_at
        and months.horizon = trends.horizon
        and months.asset = trends.asset
where months.bar_at >= $since
