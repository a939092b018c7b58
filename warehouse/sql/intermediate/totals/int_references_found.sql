-- int_references_found: which earlier snapshot a change is measured against.
-- Grain   one row per (snapshot_at, group_id, horizon) that has a reference
-- Inputs  int_open_interest_judged
-- Params  $since  timestamptz, first instant of the window
-- The nearest snapshot to snapshot_at - horizon at which the group has fresh rows, at most
-- min(30 minutes, horizon / 4) away; of two equally near, the earlier.
with

horizons as (

    select listed.*
    from (
        values
        ('1h', interval 1 hour, interval 15 minute),
        ('4h', interval 4 hour, interval 30 minute),
        ('24h', interval 24 hour, interval 30 minute),
        ('7d', interval 168 hour, interval 30 minute)
    ) as listed (horizon, length, tolerance)

),

levels as (

    select distinct
        snapshot_at,
        group_id
    from int_open_interest_judged
    where is_fresh

),

snapshots as (

    select distinct snapshot_at from levels

),

wanted as (

    -- half hours are no narrower than any tolerance: one of three holds whatever is near
    select
        later.snapshot_at,
        horizons.horizon,
        epoch_us(later.snapshot_at - horizons.length) as wanted_us,
        epoch_us(later.snapshot_at - horizons.length + horizons.tolerance)
        - epoch_us(later.snapshot_at - horizons.length) as tolerance_us,
        divide(epoch_us(later.snapshot_at - horizons.length), 1800000000)
        + unnest([-1, 0, 1]) as half_hour
    from snapshots as later
    cross join horizons
    where later.snapshot_at >= $since

),

candidates as (

    select
        wanted.snapshot_at,
        wanted.horizon,
        earlier.snapshot_at as reference_at,
        epoch_us(earlier.snapshot_at) - wanted.wanted_us as offset_us
    from wanted
    inner join snapshots as earlier
        on
            wanted.half_hour = divide(epoch_us(earlier.snapshot_at), 1800000000)
            and abs(epoch_us(earlier.snapshot_at) - wanted.wanted_us)
            <= wanted.tolerance_us

),

-- Materialised: joined in any other order, every snapshot would meet every other.
placed as materialized (

    select
        candidates.*,
        levels.group_id
    from candidates
    inner join levels
        on candidates.snapshot_at = levels.snapshot_at

)

select
    placed.snapshot_at,
    placed.group_id,
    placed.horizon,
    min_by(
        placed.reference_at,
        2 * abs(placed.offset_us) + cast(placed.offset_us > 0 as bigint)
    ) as reference_at
from placed
inner join levels
    on
        placed.reference_at = levels.snapshot_at
        and placed.group_id = levels.group_id
group by all
