-- int_top_ups_found: instants of history that a run fetched of the day before it.
-- Grain   one row per snapshot_at without a run of its own
-- Inputs  int_open_interest_judged, ops.runs
-- Params  $earliest  timestamptz, first instant any model reads
--         $until     timestamptz, last instant of the window
-- What the run asked belongs there too: a venue without history is missing, not absent.
with

runs as (

    select
        snapshot_at,
        bool_or(flow = 'top_up') as has_top_up
    from ops.runs
    where snapshot_at between $earliest and $until + interval 1 day
    group by snapshot_at

),

instants as (

    select distinct snapshot_at from int_open_interest_judged

)

select
    instants.snapshot_at,
    min(runs.snapshot_at) as run_at
from instants
inner join runs
    on
        runs.has_top_up
        and instants.snapshot_at < runs.snapshot_at
        and instants.snapshot_at >= runs.snapshot_at - interval 1 day
where instants.snapshot_at not in (select known.snapshot_at from runs as known)
group by instants.snapshot_at
