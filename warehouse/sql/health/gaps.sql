-- gaps: days from the first nightly run to the last that have none, or only failed ones.
-- Grain   one row: how many of how many, the first and the last of them
-- Inputs  ops.runs
with

nights as (

    select distinct cast(snapshot_at as date) as night
    from ops.runs
    where
        flow = 'nightly'
        and state in ('completed', 'partial')

),

days as (

    select cast(unnest(generate_series(min(night), max(night), interval 1 day)) as date) as night
    from nights

)

select
    count(*) filter (where nights.night is null) as missing,
    count(*) as nights,
    min(days.night) filter (where nights.night is null) as first_day,
    max(days.night) filter (where nights.night is null) as last_day
from days
left join nights
    on days.night = nights.night
