-- import_gaps: five-minute steps and whole days that each symbol of metrics files lacks.
-- Grain   one row per venue and symbol that lacks any
-- Inputs  scratch.import_rows
with

stamps as (

    select distinct
        rows.venue,
        rows.symbol,
        time_bucket(interval '5 minutes', rows.import_at) as step_at
    from scratch.import_rows as rows

),

spans as (

    select
        stamps.venue,
        stamps.symbol,
        min(stamps.step_at) as since,
        max(stamps.step_at) as until,
        count(*) as steps_seen,
        list(distinct cast(stamps.step_at as date)) as days_seen
    from stamps
    group by all

),

days as (

    select
        spans.venue,
        spans.symbol,
        unnest(
            generate_series(
                cast(cast(spans.since as date) as timestamp),
                cast(cast(spans.until as date) as timestamp),
                interval '1 day'
            )
        ) as day_at
    from spans

),

absent as (

    select
        days.venue,
        days.symbol,
        list(cast(cast(days.day_at as date) as varchar) order by days.day_at) as missing_days
    from days
    anti join stamps
        on
            days.venue = stamps.venue
            and days.symbol = stamps.symbol
            and cast(days.day_at as date) = cast(stamps.step_at as date)
    group by all

)

select
    spans.venue,
    spans.symbol,
    spans.since,
    spans.until,
    cast((epoch(spans.until) - epoch(spans.since)) / 300 + 1 as bigint)
    - spans.steps_seen as missing_steps,
    coalesce(absent.missing_days, []) as missing_days
from spans
left join absent
    using (venue, symbol)
where
    cast((epoch(spans.until) - epoch(spans.since)) / 300 + 1 as bigint) > spans.steps_seen
order by spans.venue, spans.symbol
