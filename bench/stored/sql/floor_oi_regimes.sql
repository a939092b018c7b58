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
        end as oi_change_pct,
        totals.is_simulated
    from marts.oi_by_asset as totals
    cross join (
        values ('1h', 3600000000, 24), ('4h', 14400000000, 24), ('24h', 86400000000, 10)
    ) as lengths (horizon, us, points)
    where totals.snapshot_at <= $until

),

-- A trend begins one step before the first change, whether or not a snapshot is there.
origins as (

    select
        * replace (
            bar_at - to_microseconds(us) as bar_at,
            cast(null as double) as price_change_pct,
            cast(null as double) as oi_change_pct
        )
    from changes
    qualify row_number() over (partition by asset, horizon, phase order by bar_at) = 1

),

logged as (

    select
        *,
        coalesce(sum(ln(1 + price_change_pct / 100)) over series, 0) as price_log,
        coalesce(sum(ln(1 + oi_change_pct / 100)) over series, 0) as oi_log,
        row_number() over series as k
    from (
        select * from changes
        union all
        select * from origins
    ) as steps
    window series as (partition by asset, horizon, phase order by bar_at)

),

measured as (

    select
        *,
        stddev_samp(price_change_pct) over month as price_sd,
        stddev_samp(oi_change_pct) over month as oi_sd,
        least(count(price_change_pct) over month, count(oi_change_pct) over month) as n,
        least(count(price_change_pct) over trend24, count(oi_change_pct) over trend24)
            as steps24,
        least(count(price_change_pct) over trend10, count(oi_change_pct) over trend10)
            as steps10,
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
        case when horizon = '24h' then steps10 else steps24 end as steps,
        case when n >= 20 then price_change_pct / nullif(price_sd, 0) end as price_z,
        case when n >= 20 then oi_change_pct / nullif(oi_sd, 0) end as oi_z,
        case when horizon = '24h' then falling10 else falling24 end as falling,
        case when horizon = '24h' then drop10 else drop24 end as fall,
        case when horizon = '24h' then price_r10 else price_r24 end as price_r,
        case when horizon = '24h' then oi_r10 else oi_r24 end as oi_r
    from measured
    where bar_at >= $since

),

jumps as (

    select
        fitted.bar_at,
        fitted.horizon,
        fitted.asset,
        sum(seen.usd) filter (where seen.side = 'short') as short_usd,
        sum(seen.usd) as usd
    from fitted
    inner join core.liquidations as seen
        on
            fitted.asset = seen.asset
            and fitted.bar_at >= seen."at"
            and fitted.bar_at - to_microseconds(fitted.us) < seen."at"
    where abs(fitted.price_z) >= 2 and fitted.oi_z <= -2 and seen.superseded_at is null
    group by all

)

select
    fitted.bar_at,
    fitted.horizon,
    fitted.asset,
    fitted.price_change_pct,
    fitted.oi_change_pct,
    core.price_oi_cell(fitted.price_change_pct, fitted.oi_change_pct, 0.1, 0.1) as cell,
    case
        when fitted.steps < fitted.points - 1 then null
        when
            exp(fitted.fall) - 1 > -0.03 or fitted.falling < 0.6 * (fitted.points - 1)
            then 'none'
        else
            core.exhaustion_label(
                fitted.price_r
                * sqrt(
                    (fitted.points - 2) / greatest(1 - fitted.price_r * fitted.price_r, 1e-15)
                ),
                fitted.oi_r
                * sqrt((fitted.points - 2) / greatest(1 - fitted.oi_r * fitted.oi_r, 1e-15))
            )
    end as exhaustion,
    core.squeeze_label(
        fitted.price_z, fitted.oi_z, coalesce(jumps.short_usd, 0) / jumps.usd, 2.0
    ) as squeeze,
    fitted.is_simulated
from fitted
left join jumps
    on
        fitted.bar_at = jumps.bar_at
        and fitted.horizon = jumps.horizon
        and fitted.asset = jumps.asset
where
    fitted.horizon = '24h'
    or fitted.price_change_pct is not null
    or fitted.oi_change_pct is not null
order by fitted.bar_at, fitted.horizon, fitted.asset
