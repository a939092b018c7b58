-- int_candle_bars: ticks folded into bars.
-- Grain   one row per (interval, bar_us, group_id, venue_id, is_opened) with a tick
-- Inputs  int_candle_ticks, marts.oi_by_asset
-- Params  $since  timestamptz, first instant of the window
--         $until  timestamptz, last instant of the window
-- base is the path where the bar opens: at its first tick, without that tick's own step unless
-- the tick is the bar's very start. No two snapshots of the last 7 days as near as 12
-- bars: the length is not meant for them and gives no bars (hourly snapshots, 5-minute bars).
-- Each length starts one bar early, for the close that its first change is measured from.
with

lengths as (

    select listed.*
    from (values ('5m'), ('1h'), ('4h'), ('1d')) as listed ("interval")

),

spacings as (

    select
        at_us,
        nullif(at_us - lag(at_us) over (order by at_us), 0) as spacing_us
    from (
        select distinct epoch_us(totals.snapshot_at) as at_us
        from marts.oi_by_asset as totals
        where totals.snapshot_at between $since - interval 16 day and $until
    ) as snapshots

),

finest as (

    select
        at_us,
        min(case when spacing_us <= 604800000000 then spacing_us end) over (
            order by at_us
            range between 604800000000 preceding and current row
        ) as spacing_us
    from spacings

),

dense as (

    select
        lengths."interval",
        finest.at_us,
        finest.at_us - finest.at_us % core.bar_us(lengths."interval") as bar_us
    from finest
    cross join lengths
    where
        coalesce(finest.spacing_us < 12 * core.bar_us(lengths."interval"), true)
        and finest.at_us
        >= epoch_us(core.bar_start(lengths."interval", $since))
        - core.bar_us(lengths."interval")

),

placed as (

    select
        dense."interval",
        dense.bar_us,
        ticks.at_us,
        ticks.group_id,
        ticks.venue_id,
        ticks.is_opened,
        ticks.units,
        ticks.oi_usd,
        ticks.is_simulated,
        case when ticks.is_used then ticks.at_us end as used_us,
        case dense."interval"
            when '5m' then ticks.path_5m
            when '1h' then ticks.path_1h
            when '4h' then ticks.path_4h
            when '1d' then ticks.path_1d
        end as path,
        case dense."interval"
            when '5m' then ticks.step_5m
            when '1h' then ticks.step_1h
            when '4h' then ticks.step_4h
            when '1d' then ticks.step_1d
        end as step
    from int_candle_ticks as ticks
    inner join dense
        on ticks.at_us = dense.at_us

),

folded as (

    select
        "interval",
        bar_us,
        group_id,
        venue_id,
        is_opened,
        arg_min(case when at_us > bar_us then path - step else path end, at_us) as base,
        max(case when used_us is not null then path end) as high,
        min(case when used_us is not null then path end) as low,
        arg_max(path, used_us) as last_path,
        arg_max(units, used_us) as units,
        arg_max(oi_usd, used_us) as close_usd,
        max(used_us) as close_us,
        cast(count(used_us) as integer) as n_obs,
        bool_or(is_simulated) as is_simulated
    from placed
    group by all

)

select
    "interval",
    bar_us,
    group_id,
    venue_id,
    is_opened,
    units,
    greatest(high - base, 0) as high,
    least(low - base, 0) as low,
    last_path - base as last_step,
    close_usd,
    close_us,
    n_obs,
    is_simulated,
    case
        when
            lag(bar_us) over series = bar_us - core.bar_us("interval")
            then lag(close_us) over series
    end as previous_us
from folded
where n_obs > 0
window series as (partition by "interval", group_id, venue_id, is_opened order by bar_us)
