-- int_liquidation_evidence: steps from which the leverage mix of an asset can be learned.
-- Grain   one row per (instrument, until_at)
-- Inputs  int_position_steps, int_position_paths, int_liquidation_members,
--         int_position_assets, marts.leverage_calibration (earlier)
-- Params  $until             timestamptz, the snapshot to build
--         $calibration_days  double, how long a calibration counts
--         $calibrations      integer, at most so many assets at once
-- Assets whose latest calibration is older, largest first, and before them those that learned at
-- this very snapshot when it was built before; of each the two largest contracts, in steps of
-- at most an hour that bars cover: linear ones, or inverse ones where an asset has no other.
-- volume is in the unit of the step, as held_before and held_after are.
with

latest as (

    select
        asset,
        max(calibrated_at) filter (where calibrated_at < $until) as calibrated_at,
        bool_or(calibrated_at = $until) as is_again
    from marts.leverage_calibration
    where calibrated_at <= $until
    group by asset

),

fine as (

    select
        instrument,
        count(*) as steps
    from int_position_steps
    where epoch_us(until_at) - epoch_us(from_at) <= 3600000000
    group by instrument

),

contracts as (

    select
        members.instrument,
        members.asset,
        members.is_inverse
    from int_liquidation_members as members
    inner join fine
        on members.instrument = fine.instrument
    where fine.steps >= 300
    qualify
        members.is_inverse = bool_and(members.is_inverse) over (partition by members.asset)
        and row_number() over (
            partition by members.asset, members.is_inverse
            order by members.oi_base desc, members.instrument asc
        ) <= 2

),

due as (

    select assets.asset
    from int_position_assets as assets
    left join latest
        on assets.asset = latest.asset
    where
        assets.asset in (select contracts.asset from contracts)
        and (
            latest.is_again
            or latest.calibrated_at is null
            or latest.calibrated_at
            <= $until - to_microseconds(cast($calibration_days * 86400e6 as bigint))
        )
    order by
        coalesce(latest.is_again, false) desc,
        assets.oi_usd desc,
        assets.asset asc
    limit $calibrations

),

-- Materialised: the steps of all other contracts are left out before anything is joined.
chosen as materialized (

    select
        contracts.asset,
        contracts.instrument,
        contracts.is_inverse
    from due
    inner join contracts
        on due.asset = contracts.asset

),

chosen_steps as materialized (

    select steps.*
    from int_position_steps as steps
    where
        epoch_us(steps.until_at) - epoch_us(steps.from_at) <= 3600000000
        and steps.instrument in (select chosen.instrument from chosen)

),

chosen_paths as materialized (

    select paths.*
    from int_position_paths as paths
    where
        paths.is_whole
        and paths.instrument in (select chosen.instrument from chosen)

)

select
    chosen.asset,
    chosen.instrument,
    steps.from_at,
    steps.until_at,
    steps.held_before,
    steps.held_after,
    if(steps.low is null, paths.volume_base, steps.volume_base) * coalesce(
        steps.held_after / nullif(steps.base_after, 0),
        steps.held_before / nullif(steps.base_before, 0)
    ) as volume,
    coalesce(steps.low, paths.low) as price_low,
    coalesce(steps.high, paths.high) as price_high,
    chosen.is_inverse,
    steps.is_simulated
from chosen
inner join chosen_steps as steps
    on chosen.instrument = steps.instrument
left join chosen_paths as paths
    on
        steps.instrument = paths.instrument
        and steps.until_at = paths.until_at
where coalesce(steps.low, paths.low) is not null
order by chosen.asset, chosen.instrument, steps.until_at
