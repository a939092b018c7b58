-- floor_oi_anomalies: marts.oi_anomalies as one query over candles.
-- Params  $since, $until  timestamptz, first and last snapshot
with

compared as (

    select
        bar_at,
        "interval",
        asset,
        venue,
        change_pct,
        close_at,
        close_usd,
        change_usd,
        is_simulated,
        count(change_pct) over before as n,
        avg(change_pct) over before as mean,
        stddev_samp(change_pct) over before as sd,
        median(change_pct) over before as middle,
        mad(change_pct) over before as deviation,
        first(bar_at) over before as first_at
    from marts.oi_candles
    where bar_at <= $until
    window before as (
        partition by "interval", asset, venue, change_pct is null
        order by bar_at
        rows between 50 preceding and 1 preceding
    )

),

scored as (

    select
        *,
        case
            when change_pct is null then 'gap'
            when
                n = 50
                and epoch_us(first_at) >= epoch_us(bar_at) - 100 * core.bar_us("interval")
                then 'ok'
            else 'warming_up'
        end as status,
        (change_pct - mean) / greatest(sd, 1e-3) as z,
        (change_pct - middle) / greatest(1.4826 * deviation, 1e-3) as robust_z
    from compared
    where bar_at >= core.bar_start("interval", $since)

),

flagged as (

    select
        *,
        case
            when status <> 'ok' or close_usd < 5e6 then null
            when z > 2.5 then 'spike'
            when z < -2.5 then 'drop'
        end as side
    from scored

)

select
    flagged.bar_at,
    flagged."interval",
    flagged.asset,
    flagged.venue,
    flagged.change_pct,
    case when flagged.status = 'ok' then flagged.mean end as mean,
    case when flagged.status = 'ok' then flagged.sd end as sd,
    case when flagged.status = 'ok' then flagged.z end as z,
    case when flagged.status = 'ok' then flagged.robust_z end as robust_z,
    flagged.status,
    flagged.side,
    case
        when flagged.side is not null
            then abs(flagged.robust_z) > 2.5 and sign(flagged.robust_z) = sign(flagged.z)
    end as confirmed,
    flagged.close_usd,
    flagged.change_usd,
    case
        when flagged.side is not null
            then
                flagged.side = 'spike'
                and coalesce(totals.published, false)
                and (
                    flagged.change_pct >= 2
                    or (flagged.venue = 'ALL' and coalesce(totals.change_24h_pct >= 5, false))
                )
    end as is_spike,
    case
        when flagged.side is not null then if(abs(flagged.z) > 4, 'red', 'amber')
    end as severity,
    flagged.is_simulated
from flagged
left join marts.oi_by_asset as totals
    on flagged.close_at = totals.snapshot_at and flagged.asset = totals.asset
order by flagged.bar_at, flagged."interval", flagged.asset, flagged.venue
