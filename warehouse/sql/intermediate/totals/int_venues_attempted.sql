-- int_venues_attempted: the venues a snapshot should hold, and whether their size can be told.
-- Grain   one row per (snapshot_at, venue)
-- Inputs  ops.runs, ops.coverage, core.instruments, int_open_interest_judged, int_known_before,
--         int_top_ups_found
-- Params  $earliest       timestamptz, first instant any model reads
--         $recent         timestamptz, from here on models read every fact
--         $until          timestamptz, last instant of the window
--         $lookback_days  double, how long the last good figure of an instrument counts
-- Where a run is recorded, those it asked, and any that has rows all the same (an import);
-- where none is (history), those seen within the lookback. History that a run fetched of the day
-- before it is a part of what that run asked: the venues without history are missing there.
-- run_at is that run's snapshot, its own or a later one; null in other history.
with

glimpses as (

    select
        venue,
        snapshot_at,
        is_good
    from int_open_interest_judged
    where snapshot_at >= $recent
    union all
    select
        venue,
        seen_at as snapshot_at,
        false as is_good
    from int_known_before
    union all
    select
        venue,
        good_at as snapshot_at,
        true as is_good
    from int_known_before
    where good_at is not null

),

sightings as (

    select
        venue,
        snapshot_at,
        bool_or(is_good) as is_good
    from glimpses
    group by all

),

run_venues as (

    select distinct
        runs.snapshot_at,
        coverage.venue
    from ops.runs as runs
    inner join ops.coverage as coverage
        on runs.run_id = coverage.run_id
    where
        runs.snapshot_at between $earliest and $until + interval 1 day
        and coverage.status <> 'skipped'

),

snapshots as (

    select distinct snapshot_at from sightings
    where snapshot_at >= $recent

),

asked as (

    select
        snapshot_at,
        venue,
        snapshot_at as run_at
    from run_venues
    where snapshot_at <= $until
    union
    select
        found.snapshot_at,
        run_venues.venue,
        found.run_at
    from int_top_ups_found as found
    inner join run_venues
        on found.run_at = run_venues.snapshot_at

),

venues as (

    select venue from sightings
    union
    select venue from asked

),

good_sightings as (

    select
        venue,
        snapshot_at
    from sightings
    where is_good

),

pairs as (

    select
        snapshots.snapshot_at,
        venues.venue
    from snapshots
    cross join venues

),

last_seen as (

    select
        pairs.snapshot_at,
        pairs.venue,
        sightings.snapshot_at as seen_at
    from pairs
    asof left join sightings
        on
            pairs.venue = sightings.venue
            and pairs.snapshot_at >= sightings.snapshot_at

),

last_good as (

    select
        last_seen.snapshot_at,
        last_seen.venue,
        last_seen.seen_at,
        good_sightings.snapshot_at as good_at,
        last_seen.snapshot_at
        - to_microseconds(cast($lookback_days * 86400e6 as bigint)) as lookback_at
    from last_seen
    asof left join good_sightings
        on
            last_seen.venue = good_sightings.venue
            and last_seen.snapshot_at >= good_sightings.snapshot_at

),

recorded as (

    select distinct
        snapshot_at,
        run_at
    from asked

)

select
    last_good.snapshot_at,
    last_good.venue,
    coalesce(last_good.good_at >= last_good.lookback_at, false)
    or last_good.venue in (select instruments.venue from core.instruments as instruments)
        as is_known,
    recorded.run_at
from last_good
left join asked
    using (snapshot_at, venue)
left join recorded
    on last_good.snapshot_at = recorded.snapshot_at
where
    asked.venue is not null
    or last_good.seen_at = last_good.snapshot_at
    or (last_good.seen_at >= last_good.lookback_at and recorded.snapshot_at is null)
