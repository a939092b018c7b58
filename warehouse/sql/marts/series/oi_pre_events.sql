-- oi_pre_events: how open interest built up in the 23 hours that end an hour before an event.
-- Grain   one row per (event_at, asset, event_type) with hourly totals on those 23 hours
-- Inputs  core.events, int_event_builds
-- Params  $since             timestamptz, first instant of the window
--         $until             timestamptz, last instant of the window
--         $pre_event_windows  integer, ordinary days to compare with
-- Window  measured_at
-- Reach   interval 32 day after, interval 1 hour before
-- Slices  250000 rows of marts.oi_by_asset
-- Measured at the total nearest to an hour before the event, half an hour from there at most, of
-- two as near at the earlier: a later one replaces what an earlier one gave, so the window begins an
-- hour before what changed. Compared with the same hours of the latest ordinary days of the 30 before,
-- at the same time of day; a day with an event of the asset is not ordinary. Nothing later is read.
with

scoped as (

    select
        event_at,
        event_type,
        case when asset = 'ALL' then null else asset end as scope
    from core.events

),

placed as (

    select
        scoped.event_at,
        scoped.event_type,
        builds.asset,
        min_by(
            builds.bar_at,
            (abs(epoch_us(scoped.event_at) - 3600000000 - epoch_us(builds.bar_at)), builds.bar_at)
        ) as measured_at
    from scoped
    inner join int_event_builds as builds
        on
            (scoped.scope is null or scoped.scope = builds.asset)
            and builds.bar_at <= scoped.event_at - interval 30 minute
            and builds.bar_at >= scoped.event_at - interval 90 minute
    group by all

),

measured as (

    select
        placed.*,
        builds.build,
        builds.is_simulated
    from placed
    inner join int_event_builds as builds
        on
            placed.asset = builds.asset
            and placed.measured_at = builds.bar_at
    where placed.measured_at between $since and $until

),

busy as (

    select distinct
        coalesce(scoped.scope, '') as scope,
        epoch_us(scoped.event_at) // 86400000000 as day
    from scoped

),

ordinary as (

    select
        measured.event_at,
        measured.event_type,
        measured.asset,
        builds.build,
        builds.bar_at,
        row_number() over (
            partition by measured.event_at, measured.event_type, measured.asset
            order by builds.bar_at desc
        ) as place
    from measured
    inner join int_event_builds as builds
        on
            measured.asset = builds.asset
            and builds.bar_at >= measured.measured_at - interval 30 day
            and measured.measured_at > builds.bar_at
            and (epoch_us(measured.measured_at) - epoch_us(builds.bar_at)) % 86400000000 = 0
    where
        not exists (
            select 1
            from busy
            where
                busy.scope in ('', measured.asset)
                and busy.day = (
                    epoch_us(measured.event_at)
                    - epoch_us(measured.measured_at) + epoch_us(builds.bar_at)
                ) // 86400000000
        )

),

baselines as (

    select
        event_at,
        event_type,
        asset,
        list(build order by bar_at) as builds
    from ordinary
    where place <= $pre_event_windows
    group by all

),

compared as (

    select
        measured.*,
        coalesce(len(baselines.builds), 0) as windows,
        case when len(baselines.builds) >= $pre_event_windows then baselines.builds end
            as builds
    from measured
    left join baselines
        using (event_at, event_type, asset)

)

select
    event_at,
    asset,
    event_type,
    measured_at,
    100 * build as build_pct,
    100 * list_avg(builds) as mean_pct,
    100 * list_stddev_samp(builds) as sd_pct,
    (build - list_avg(builds)) / nullif(list_stddev_samp(builds), 0) as z,
    cast(len(list_filter(builds, lambda earlier: earlier <= build)) as double)
    / nullif(len(builds), 0) as percentile,
    cast(windows as integer) as windows,
    is_simulated
from compared
order by
    event_at asc,
    asset asc,
    event_type asc
