-- oi_anomalies: changes of open interest that are large against those just before.
-- Grain   one row per (bar_at, interval, asset, venue), as marts.oi_candles
-- Inputs  marts.oi_candles, marts.oi_by_asset
-- Params  $since                 timestamptz, first instant of the window
--         $until                 timestamptz, last instant of the window
--         $anomaly_period        integer, changes in the baseline
--         $anomaly_threshold     double, standard deviations
--         $anomaly_robust_threshold  double, robust deviations that confirm
--         $anomaly_span          integer, periods the baseline may stretch over
--         $anomaly_sides         varchar, both or spike
--         $anomaly_sd_floor      double, least standard deviation, as a fraction
--         $anomaly_minimum_usd   double, least open interest that is flagged
--         $spike_bar_pct         double, least change of a bar that is a spike
--         $spike_24h_pct         double, least change of 24 hours that is one
-- Window  bar_at, whole bars
-- Reach   to_days($anomaly_span * $anomaly_period + 1) after
-- Slices  3000000 rows of marts.oi_candles
-- The baseline is the changes before the bar, never the bar's own, from the latest
-- span x period bars; a change after a gap is unknown and enters no baseline. Means and sums of
-- squares are counted in whole numbers of 1e-14, so that they do not depend on where a build
-- begins; a change beyond a factor of 1000 counts as one of 1000 in them.
with

-- Each length apart, so that DuckDB skips what is older than its own baseline.
near as (

    select * from marts.oi_candles
    where
        "interval" = '5m'
        and bar_at >= $since - ($anomaly_span * $anomaly_period + 1) * interval 5 minute
        and bar_at <= $until
    union all
    select * from marts.oi_candles
    where
        "interval" = '1h'
        and bar_at >= $since - ($anomaly_span * $anomaly_period + 1) * interval 1 hour
        and bar_at <= $until
    union all
    select * from marts.oi_candles
    where
        "interval" = '4h'
        and bar_at >= $since - ($anomaly_span * $anomaly_period + 1) * interval 4 hour
        and bar_at <= $until
    union all
    select * from marts.oi_candles
    where
        "interval" = '1d'
        and bar_at >= $since - ($anomaly_span * $anomaly_period + 1) * interval 24 hour
        and bar_at <= $until

),

bars as (

    select
        candles.bar_at,
        candles."interval",
        candles.asset,
        candles.venue,
        candles.close_usd,
        candles.close_at,
        candles.change_pct,
        candles.change_usd,
        candles.is_simulated,
        candles.change_pct / 100 as change,
        cast(
            least(candles.change_pct / 100, 1000) * 1e14 as hugeint
        ) as units,
        candles.bar_at >= core.bar_start(candles."interval", $since) as is_judged
    from near as candles
    where
        candles.bar_at >= make_timestamptz(
            epoch_us(core.bar_start(candles."interval", $since))
            - $anomaly_span * $anomaly_period * core.bar_us(candles."interval")
        )

),

-- Of the bars before the window no more than its first baseline needs. A null change has a
-- partition of its own, below, hence no part in any baseline.
oldest_needed as (

    select
        "interval",
        asset,
        venue,
        list_min(max(bar_at, $anomaly_period)) as bar_at
    from bars
    where not is_judged and change is not null
    group by all

),

needed as (

    select * from bars
    where is_judged
    union all
    select bars.*
    from bars
    inner join oldest_needed
        on
            bars."interval" = oldest_needed."interval"
            and bars.asset = oldest_needed.asset
            and bars.venue = oldest_needed.venue
            and bars.bar_at >= oldest_needed.bar_at
    where not bars.is_judged and bars.change is not null

),

compared as (

    select
        bar_at,
        "interval",
        asset,
        venue,
        change_pct,
        change,
        close_at,
        close_usd,
        change_usd,
        is_simulated,
        is_judged,
        count(*) over before as n,
        sum(units) over before as total,
        sum(units * units) over before as squares,
        median(change) over before as middle,
        mad(change) over before as deviation,
        first(bar_at) over before as first_at
    from needed
    window before as (
        partition by "interval", asset, venue, change is null
        order by bar_at
        rows between $anomaly_period preceding and 1 preceding
    )

),

measured as (

    select
        *,
        case
            when change is null then 'gap'
            when
                n = $anomaly_period
                and epoch_us(first_at)
                >= epoch_us(bar_at) - $anomaly_span * $anomaly_period * core.bar_us("interval")
                then 'ok'
            else 'warming_up'
        end as status,
        cast(total as double) / n / 1e14 as mean,
        sqrt(cast(n * squares - total * total as double) / nullif(n * (n - 1), 0))
        / 1e14 as sd
    from compared
    where is_judged

),

scored as (

    select
        *,
        (change - mean) / greatest(sd, $anomaly_sd_floor) as z,
        (change - middle) / greatest(1.4826 * deviation, $anomaly_sd_floor) as robust_z
    from measured

),

flagged as (

    select
        *,
        case
            when status <> 'ok' or close_usd < $anomaly_minimum_usd then null
            when z > $anomaly_threshold then 'spike'
            when z < -$anomaly_threshold and $anomaly_sides = 'both' then 'drop'
        end as side
    from scored

),

totals as (

    select
        snapshot_at,
        asset,
        published,
        change_24h_pct
    from marts.oi_by_asset
    where
        kind_group = 'futures'
        and snapshot_at between core.bar_start('1d', $since) and $until + interval 1 day

)

select
    flagged.bar_at,
    flagged."interval",
    flagged.asset,
    flagged.venue,
    flagged.change_pct,
    case when flagged.status = 'ok' then 100 * flagged.mean end as mean,
    case when flagged.status = 'ok' then 100 * flagged.sd end as sd,
    case when flagged.status = 'ok' then flagged.z end as z,
    case when flagged.status = 'ok' then flagged.robust_z end as robust_z,
    flagged.status,
    flagged.side,
    case
        when flagged.side is not null
            then
                abs(flagged.robust_z) > $anomaly_robust_threshold
                and sign(flagged.robust_z) = sign(flagged.z)
    end as confirmed,
    flagged.close_usd,
    flagged.change_usd,
    case
        when flagged.side is not null
            then
                flagged.side = 'spike'
                and coalesce(totals.published, false)
                and (
                    flagged.change_pct >= $spike_bar_pct
                    or (
                        flagged.venue = 'ALL'
                        and coalesce(totals.change_24h_pct >= $spike_24h_pct, false)
                    )
                )
    end as is_spike,
    case
        when flagged.side is not null
            then case when abs(flagged.z) > 4 then 'red' else 'amber' end
    end as severity,
    flagged.is_simulated
from flagged
left join totals
    on
        flagged.close_at = totals.snapshot_at
        and flagged.asset = totals.asset
order by
    flagged.bar_at asc,
    flagged."interval" asc,
    flagged.asset asc,
    flagged.venue asc
