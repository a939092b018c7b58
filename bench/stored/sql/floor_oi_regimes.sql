-- floor_oi_regimes: marts.oi_regimes as one query over totals that have no gaps.
-- Params  $since, $until  timestamptz, first and last snapshot
-- No calendar of events is loaded, hence no reading before one.
with

changes as (

    select
        totals.snapshot_at as bar_at,
        totals.asset,
        lengths.horizon,
        lengths.us,
        lengths.points,
        epoch_us(totals.snapshot_at) % lengths.us as phase,
        case lengths.horizon
            when '1h' then totals.price_change_1h_pct
            when '4h' then totals.price_change_4h_pct
            else totals.price_change_24h_pct
        end as price_change_pct,
        case lengths.horizon
            when '1h' then totals.change_1h_pct
            when '4h' then totals.change_4h_pct
            else totals.change_24h_pct
        end as oi_change_pct
    from marts.oi_by_asset as totals
    cross join (
        values ('1h', 3600000000, 24), ('4h', 14400000000, 24), ('24h', 86400000000, 10)
    ) as lengths (horizon, us, points)
    where totals.snapshot_at <= $until

),

logged as (

    select
        *,
        sum(ln(1 + price_change_pct / 100)) over series as price_log,
        sum(ln(1 + oi_change_pct / 100)) over series as oi_log,
        row_number() over series as k
    from changes
    window series as (partition by asset, horizon, phase order by bar_at)

),

measured as (

    select
        *,
        stddev_samp(price_change_pct) over month as price_sd,
        stddev_samp(oi_change_pct) over month as oi_sd,
        least(count(price_change_pct) over month, count(oi_change_pct) over month) as n,
        count(oi_change_pct) over trend24 as steps24,
        count(*) filter (where oi_change_pct < 0) over trend24 as falling24,
        count(*) filter (where oi_change_pct < 0) over trend10 as falling10,
        oi_log - lag(oi_log, 23) over series as drop24,
        oi_log - lag(oi_log, 9) over series as drop10,
        corr(price_log, k) over line24 as price_r24,
        corr(oi_log, k) over line24 as oi_r24,
        corr(price_log, k) over line10 as price_r10,
        corr(oi_log, k) over line10 as oi_r10
    from logged
    window
        series as (partition by asset, horizon, phase order by bar_at),
        month as (
            partition by asset, horizon, phase
            order by bar_at
            range between interval 30 day preceding and interval 1 second preceding
        ),
        trend24 as (series rows between 22 preceding and current row),
        trend10 as (series rows between 8 preceding and current row),
        line24 as (series rows between 23 preceding and current row),
        line10 as (series rows between 9 preceding and current row)

),

fitted as (

    select
        *,
        case when horizon = '24h' then falling10 else falling24 end as falling,
        case when horizon = '24h' then drop10 else drop24 end as fall,
        case when horizon = '24h' then price_r10 else price_r24 end as price_r,
        case when horizon = '24h' then oi_r10 else oi_r24 end as oi_r
    from measured
    where bar_at >= $since

)

select
    bar_at,
    horizon,
    asset,
    price_change_pct,
    oi_change_pct,
    core.price_oi_cell(price_change_pct, oi_change_pct, 0.1, 0.1) as cell,
    case
        when exp(fall) - 1 > -0.03 or falling < 0.6 * (points - 1) then 'none'
        else
            core.exhaustion_label(
                price_r * sqrt((points - 2) / greatest(1 - price_r * price_r, 1e-15)),
                oi_r * sqrt((points - 2) / greatest(1 - oi_r * oi_r, 1e-15))
            )
    end as exhaustion,
    core.squeeze_label(
        case when n >= 20 then price_change_pct / nullif(price_sd, 0) end,
        case when n >= 20 then oi_change_pct / nullif(oi_sd, 0) end,
        null::double,
        2.0
    ) as squeeze
from fitted
where horizon = '24h' or price_change_pct is not null or oi_change_pct is not null
order by bar_at, horizon, asset
