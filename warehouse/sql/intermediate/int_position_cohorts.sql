-- int_position_cohorts: positions opened in one step, and how many of them are still open.
-- Grain   one row per (instrument, until_at), and one with is_initial for what was there before
-- Inputs  int_position_steps, int_position_paths
-- Params  $rotation  double, share of the volume beyond the OI change that swaps positions
-- In a step c = max(-dOI, 0) + rotation * (volume - |dOI|) / 2 closes and c + dOI opens; closes
-- come out of all older positions alike, and a gap scales them all. What survives is the product
-- of what each later step kept, here the exponential of a sum. The same with rotation 0 and 0.2
-- gives the sensitivity band. Prices are those of the step's bars, else from one mark to the
-- other. later_low and later_high bound the price since: which leverage is gone follows from
-- them. opened and closed are in the unit of the step, surviving* in coins at the last
-- observation. Positions older than the history are taken to be entered at its first price.
with

moves as (

    select
        steps.instrument,
        steps.from_at,
        steps.until_at,
        steps.is_bridged,
        steps.is_simulated,
        steps.is_first,
        steps.held_before,
        steps.held_after,
        steps.mark_after,
        coalesce(
            paths.low,
            case
                when steps.mark_before > 0 and steps.mark_after > 0
                    then least(steps.mark_before, steps.mark_after)
            end
        ) as price_low,
        coalesce(
            paths.high,
            case
                when steps.mark_before > 0 and steps.mark_after > 0
                    then greatest(steps.mark_before, steps.mark_after)
            end
        ) as price_high,
        paths.volume_base * coalesce(
            steps.held_after / nullif(steps.base_after, 0),
            steps.held_before / nullif(steps.base_before, 0)
        ) as volume
    from int_position_steps as steps
    left join int_position_paths as paths
        on
            steps.instrument = paths.instrument
            and steps.until_at = paths.until_at

),

turnover as (

    select
        *,
        held_after - held_before as growth,
        greatest(held_before - held_after, 0) as closed_least,
        -- no rotation is known over a gap, without a volume, or with one below the change
        case
            when not is_bridged and volume > abs(held_after - held_before)
                then (volume - abs(held_after - held_before)) / 2
            else 0
        end as rotated_most
    from moves

),

closes as (

    select
        *,
        least(held_before, closed_least + $rotation * rotated_most) as closed,
        least(held_before, closed_least + 0.2 * rotated_most) as closed_high
    from turnover

),

remains as (

    select
        *,
        case when is_bridged then 0 else greatest(closed + growth, 0) end as opened,
        case when is_bridged then 0 else greatest(closed_least + growth, 0) end as opened_low,
        case when is_bridged then 0 else greatest(closed_high + growth, 0) end as opened_high,
        -- the least that counts is 1e-30: its logarithm is finite, and nothing survives it
        case
            when held_before <= 0 then ln(1e-30)
            when is_bridged then ln(greatest(held_after / held_before, 1e-30))
            else ln(greatest(1 - closed / held_before, 1e-30))
        end as kept,
        case
            when held_before <= 0 then ln(1e-30)
            when is_bridged then ln(greatest(held_after / held_before, 1e-30))
            else ln(greatest(1 - closed_least / held_before, 1e-30))
        end as kept_low,
        case
            when held_before <= 0 then ln(1e-30)
            when is_bridged then ln(greatest(held_after / held_before, 1e-30))
            else ln(greatest(1 - closed_high / held_before, 1e-30))
        end as kept_high
    from closes

),

later_steps as (

    select
        *,
        coalesce(sum(kept) over later, 0) as kept_since,
        coalesce(sum(kept_low) over later, 0) as kept_low_since,
        coalesce(sum(kept_high) over later, 0) as kept_high_since,
        min(price_low) over later as later_low,
        max(price_high) over later as later_high
    from remains
    -- newest first: a frame that only grows is summed in one pass
    window
        later as (
            partition by instrument order by until_at desc
            rows between unbounded preceding and 1 preceding
        )

),

ends as (

    select
        instrument,
        max_by(held_after, until_at) as held,
        max_by(base_after / nullif(held_after, 0), until_at)
        filter (where held_after > 0) as base_per_held,
        max_by(mark_after, until_at) filter (where mark_after > 0) as mark
    from int_position_steps
    group by instrument

),

opened_then as (

    select
        instrument,
        from_at,
        until_at,
        price_low,
        price_high,
        later_low,
        later_high,
        is_bridged,
        is_simulated,
        false as is_initial,
        opened,
        closed,
        opened * if(kept_since < -60, 0, exp(kept_since)) as surviving,
        opened_low * if(kept_low_since < -60, 0, exp(kept_low_since)) as surviving_low,
        opened_high * if(kept_high_since < -60, 0, exp(kept_high_since)) as surviving_high
    from later_steps

),

there_before as (

    select
        instrument,
        from_at,
        from_at as until_at,
        price_low,
        price_high,
        least(later_low, price_low) as later_low,
        greatest(later_high, price_high) as later_high,
        false as is_bridged,
        is_simulated,
        true as is_initial,
        held_before as opened,
        0 as closed,
        held_before
        * if(kept_since + kept < -60, 0, exp(kept_since + kept)) as surviving,
        held_before
        * if(kept_low_since + kept_low < -60, 0, exp(kept_low_since + kept_low))
            as surviving_low,
        held_before
        * if(kept_high_since + kept_high < -60, 0, exp(kept_high_since + kept_high))
            as surviving_high
    from later_steps
    where
        is_first
        and held_before > 0

),

cohorts as (

    select * from opened_then
    union all
    select * from there_before

)

select
    cohorts.instrument,
    cohorts.from_at,
    cohorts.until_at,
    cohorts.price_low,
    cohorts.price_high,
    least(cohorts.later_low, ends.mark) as later_low,
    greatest(cohorts.later_high, ends.mark) as later_high,
    cohorts.is_bridged,
    cohorts.is_simulated,
    cohorts.is_initial,
    cohorts.opened,
    cohorts.closed,
    coalesce(cohorts.surviving * ends.base_per_held, 0) as surviving,
    coalesce(cohorts.surviving_low * ends.base_per_held, 0) as surviving_low,
    coalesce(cohorts.surviving_high * ends.base_per_held, 0) as surviving_high
from cohorts
inner join ends
    on cohorts.instrument = ends.instrument
