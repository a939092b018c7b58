-- floor_oi_anomalies: marts.oi_anomalies as one query over candles that have no gaps.
-- Params  $since, $until  timestamptz, first and last snapshot
with

compared as (

    select
        *,
        count(change_pct) over before as n,
        avg(change_pct) over before as mean,
        stddev_samp(change_pct) over before as sd,
        median(change_pct) over before as middle,
        mad(change_pct) over before as deviation
    from marts.oi_candles
    where change_pct is not null and bar_at <= $until
    window before as (
        partition by "interval", asset, venue
        order by bar_at
        rows between 50 preceding and 1 preceding
    )

),

scored as (

    select
        *,
        case when n = 50 then (change_pct - mean) / greatest(sd, 1e-3) end as z,
        case when n = 50 then (change_pct - middle) / greatest(1.4826 * deviation, 1e-3) end
            as robust_z
    from compared

)

select
    candles.bar_at,
    candles."interval",
    candles.asset,
    candles.venue,
    candles.change_pct,
    case when scored.n = 50 then scored.mean end as mean,
    case when scored.n = 50 then scored.sd end as sd,
    scored.z,
    scored.robust_z,
    case
        when candles.change_pct is null then 'gap'
        when scored.n = 50 then 'ok'
        else 'warming_up'
    end as status,
    case
        when candles.close_usd < 5e6 then null
        when scored.z > 2.5 then 'spike'
        when scored.z < -2.5 then 'drop'
    end as side,
    totals.published and (candles.change_pct >= 2 or totals.change_24h_pct >= 5) as is_spike,
    candles.close_usd
from marts.oi_candles as candles
left join scored
    on
        candles.bar_at = scored.bar_at
        and candles."interval" = scored."interval"
        and candles.asset = scored.asset
        and candles.venue = scored.venue
left join marts.oi_by_asset as totals
    on candles.close_at = totals.snapshot_at and candles.asset = totals.asset
where candles.bar_at >= core.bar_start(candles."interval", $since)
order by candles.bar_at, candles."interval", candles.asset, candles.venue
