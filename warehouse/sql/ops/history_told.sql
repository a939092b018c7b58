-- history_told: how many contracts each exchange's history tells of at an instant.
-- Grain   one row per venue that lists anything or tells anything
-- Inputs  core.open_interest, core.instruments
-- Params  $snapshot_at  timestamptz
with

told as (

    select
        facts.venue,
        count(distinct facts.symbol) as instruments
    from core.open_interest as facts
    where
        facts.superseded_at is null
        and facts.source = 'history'
        and facts.snapshot_at = $snapshot_at
    group by facts.venue

),

listed as (

    select
        instruments.venue,
        count(distinct instruments.symbol) as instruments
    from core.instruments as instruments
    where
        instruments.is_active
        and instruments.kind <> 'option'
        and instruments.valid_from <= $snapshot_at
        and (instruments.valid_to is null or instruments.valid_to > $snapshot_at)
    group by instruments.venue

)

select
    coalesce(told.venue, listed.venue) as venue,
    coalesce(told.instruments, 0) as told,
    greatest(coalesce(listed.instruments, 0), coalesce(told.instruments, 0)) as listed
from told
full outer join listed
    on told.venue = listed.venue
order by coalesce(told.venue, listed.venue)
