-- int_convention_nights: the snapshot that stands for each UTC day of each line.
-- Grain   one row per (venue, product, field, day)
-- Inputs  core.open_interest, ops.unit_rules
-- Params  $since  timestamptz, start of the first day to measure
--         $until  timestamptz, end of the last one
-- A night looks back 10 days, at nights that look back as far to tell a change of unit.
-- A line is one field of one product line. Of snapshots that hold nearly all of the day's
-- instruments the last counts, so that the nights of a schedule are a day apart.
with

counted as (

    select
        facts.venue,
        coalesce(rules.product, facts.kind) as product,
        coalesce(rules.field, facts.unit_rule) as field,
        facts.snapshot_at,
        core.bar_start('1d', facts.snapshot_at) as day_at,
        count(*) as instruments
    from core.open_interest as facts
    left join ops.unit_rules as rules
        on facts.unit_rule = rules.unit_rule
    where
        facts.superseded_at is null
        and facts.snapshot_at between $since - interval 21 day and $until
    group by all

),

fullest as (

    select *
    from counted
    qualify
        20 * instruments
        >= 19 * max(instruments) over (partition by venue, product, field, day_at)

)

select
    venue,
    product,
    field,
    max(snapshot_at) as snapshot_at
from fullest
group by venue, product, field, day_at
order by venue, product, field, snapshot_at
