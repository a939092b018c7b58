-- floor_oi_candles: marts.oi_candles as one query over facts that have no gaps.
-- Params  $since, $until  timestamptz, first and last snapshot
-- Without gaps an instrument's path is the same for every length of bar.
with

facts as (

    select
        snapshot_at as at_time,
        asset,
        venue,
        symbol,
        margin,
        oi_base,
        oi_usd,
        is_simulated,
        oi_base - lag(oi_base) over series as step,
        case
            when margin = 'inverse'
                then
                    (oi_usd - lag(oi_usd) over series)
                    * lag(oi_base) over series / lag(oi_usd) over series
            else oi_base - lag(oi_base) over series
        end as opened
    from core.open_interest
    where superseded_at is null and quality = 'ok' and snapshot_at <= $until
    window series as (partition by venue, symbol order by snapshot_at)

),

ticks as (

    select
        at_time,
        asset,
        coalesce(venue, 'ALL') as venue,
        sum(oi_base) as oi_base,
        sum(oi_usd) as oi_usd,
        coalesce(sum(step), 0) as step,
        coalesce(sum(opened), 0) as opened,
        bool_or(is_simulated) as is_simulated
    from facts
    group by grouping sets ((at_time, asset, venue), (at_time, asset))

),

paths as (

    select
        *,
        sum(step) over series as path,
        sum(opened) over series as opened_path
    from ticks
    window series as (partition by asset, venue order by at_time)

),

spacings as (

    select
        at_time,
        at_time - lag(at_time) over (order by at_time) as spacing
    from (select distinct facts.at_time from facts) as instants

),

dense as (

    select
        spacings.at_time,
        lengths."interval",
        core.bar_start(lengths."interval", spacings.at_time) as bar_at,
        min(case when spacings.spacing <= interval 7 day then epoch_us(spacings.spacing) end)
            over (
                partition by lengths."interval"
                order by spacings.at_time
                range between interval 7 day preceding and current row
            )
            as spacing_us
    from spacings
    cross join (values ('5m'), ('1h'), ('4h'), ('1d')) as lengths ("interval")

),

placed as (

    select
        paths.*,
        dense."interval",
        dense.bar_at
    from paths
    inner join dense
        on paths.at_time = dense.at_time
    left join marts.oi_by_asset as totals
        on paths.at_time = totals.snapshot_at and paths.asset = totals.asset
    where
        coalesce(dense.spacing_us < 12 * core.bar_us(dense."interval"), true)
        and (paths.venue <> 'ALL' or totals.published)

),

folded as (

    select
        "interval",
        bar_at,
        asset,
        venue,
        arg_min(case when at_time > bar_at then path - step else path end, at_time) as base,
        max(path) as top_path,
        min(path) as low_path,
        arg_max(path, at_time) as last_path,
        arg_min(
            case when at_time > bar_at then opened_path - opened else opened_path end, at_time
        ) as opened_base,
        max(opened_path) as opened_top,
        min(opened_path) as opened_low,
        arg_max(opened_path, at_time) as opened_last,
        arg_max(oi_base, at_time) as close,
        arg_max(oi_usd, at_time) as close_usd,
        max(at_time) as close_at,
        count(*) as n_obs,
        bool_or(is_simulated) as is_simulated
    from placed
    group by all

),

bars as (

    select
        *,
        case
            when epoch_us(bar_at) - epoch_us(lag(bar_at) over series) = core.bar_us("interval")
                then lag(close_at) over series
        end as before_at
    from folded
    window series as (partition by "interval", asset, venue order by bar_at)

),

pairs as (

    select distinct
        close_at,
        before_at
    from bars
    where before_at is not null

),

changes as (

    select
        pairs.close_at,
        pairs.before_at,
        later.asset,
        coalesce(later.venue, 'ALL') as venue,
        100 * sum(
            case
                when later.margin = 'inverse' then later.oi_usd - earlier.oi_usd
                else
                    (later.oi_base - earlier.oi_base) * earlier.oi_usd / earlier.oi_base
            end
        ) / sum(earlier.oi_usd) as change_pct,
        sum(
            case
                when later.margin = 'inverse' then later.oi_usd - earlier.oi_usd
                else
                    (later.oi_base - earlier.oi_base)
                    * (later.oi_usd / later.oi_base + earlier.oi_usd / earlier.oi_base) / 2
            end
        ) as change_usd
    from pairs
    inner join facts as later
        on pairs.close_at = later.at_time
    inner join facts as earlier
        on
            pairs.before_at = earlier.at_time
            and later.venue = earlier.venue
            and later.symbol = earlier.symbol
    group by
        grouping sets (
            (pairs.close_at, pairs.before_at, later.asset, later.venue),
            (pairs.close_at, pairs.before_at, later.asset)
        )

)

select
    bars.bar_at,
    bars."interval",
    bars.asset,
    bars.venue,
    bars.close - bars.last_path + bars.base as open,
    bars.close - bars.last_path + greatest(bars.top_path, bars.base) as high,
    bars.close - bars.last_path + least(bars.low_path, bars.base) as low,
    bars.close,
    bars.close_usd,
    bars.last_path - bars.base as delta_base,
    0.0::double as change_open,
    greatest(bars.opened_top - bars.opened_base, 0) as change_high,
    least(bars.opened_low - bars.opened_base, 0) as change_low,
    bars.opened_last - bars.opened_base as change_close,
    bars.n_obs,
    bars.close_at,
    changes.change_pct,
    changes.change_usd,
    bars.is_simulated
from bars
left join changes
    on
        bars.close_at = changes.close_at
        and bars.before_at = changes.before_at
        and bars.asset = changes.asset
        and bars.venue = changes.venue
order by bars.bar_at, bars."interval", bars.asset, bars.venue
