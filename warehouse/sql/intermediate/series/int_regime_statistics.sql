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

    select
        *,
        epoch_us(bar_at) // 86400000000 as day
    from sized
    where bar_at >= $since

),

daily as (

    select
        asset,
        horizon,
        phase,
        epoch_us(bar_at) // 86400000000 as day,
        count(price_units) as prices,
        sum(price_units) as price_sum,
        sum(price_units * price_units) as price_squares,
        count(oi_units) as changes,
        sum(oi_units) as oi_sum,
        sum(oi_units * oi_units) as oi_squares
    from sized
    group by all

),

-- The days before a bar: those within are whole, summed once for all bars of a day; of the
-- first and of the bar's own day a part counts.
whole_days as (

    select
        bar_at,
        horizon,
        asset,
        phase,
        day - unnest(range(1, $squeeze_days)) as day
    from judged

),

part_days as (

    select
        bar_at,
        horizon,
        asset,
        phase,
        epoch_us(bar_at) - $squeeze_days * 86400000000 as month_from_us,
        day - unnest([0, $squeeze_days]) as day
    from judged

),

sums as (

    select
        whole_days.bar_at,
        whole_days.horizon,
        whole_days.asset,
        daily.prices,
        daily.price_sum,
        daily.price_squares,
        daily.changes,
        daily.oi_sum,
        daily.oi_squares
    from whole_days
    inner join daily
        using (asset, horizon, phase, day)
    union all
    select
        part_days.bar_at,
        part_days.horizon,
        part_days.asset,
        cast(earlier.price_units is not null as bigint) as prices,
        earlier.price_units as price_sum,
        earlier.price_units * earlier.price_units as price_squares,
        cast(earlier.oi_units is not null as bigint) as changes,
        earlier.oi_units as oi_sum,
        earlier.oi_units * earlier.oi_units as oi_squares
    from part_days
    inner join sized as earlier
        on
            part_days.asset = earlier.asset
            and part_days.horizon = earlier.horizon
            and part_days.phase = earlier.phase
            and part_days.day = epoch_us(earlier.bar_at) // 86400000000
            and part_days.bar_at > earlier.bar_at
            and epoch_us(earlier.bar_at) >= part_days.month_from_us

),

months as (

    select
        bar_at,
        horizon,
        asset,
        sum(prices) as prices,
        sum(price_sum) as price_sum,
        sum(price_squares) as price_squares,
        sum(changes) as changes,
        sum(oi_sum) as oi_sum,
        sum(oi_squares) as oi_squares
    from sums
    group by all

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
    judged.* exclude (phase, price_log, oi_log, price_units, oi_units, day),
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
    using (bar_at, horizon, asset)
left join months
    using (bar_at, horizon, asset)
