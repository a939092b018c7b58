-- int_position_cohorts: positions opened in one step, and how many of them are still open.
-- Grain   one row per (instrument, until_at), and one with is_initial for what was there before
-- Inputs  int_position_moves, int_position_opens, int_position_steps
-- What survives is the product of what each later step kept, here the exponential of a sum.
-- later_low and later_high bound the price since: which leverage is gone follows from them.
-- opened and closed are in the unit of the step, surviving* and standing_* in coins at the last
-- observation: surviving* as if nothing was closed by force; standing_*, by side and prior, beside
-- forced closes, but for the levels crossed since, and to be scaled to what is held.
-- Positions older than the history are taken to be entered at its first price: that of the
-- first observation, else those of the step from it.
with

sums_of_later as (

    select
        *,
        coalesce(sum(kept) over later, 0) as kept_since,
        coalesce(sum(kept_low) over later, 0) as kept_low_since,
        coalesce(sum(kept_high) over later, 0) as kept_high_since,
        min(price_low) over later as later_low,
        max(price_high) over later as later_high
    from int_position_moves
    -- newest first: a frame that only grows is summed in one pass
    window
        later as (
            partition by instrument order by until_at desc
            rows between unbounded preceding and 1 preceding
        )

),

later_steps as (

    select
        *,
        if(kept_since < -60, 0, exp(kept_since)) as kept_part,
        if(kept_low_since < -60, 0, exp(kept_low_since)) as kept_low_part,
        if(kept_high_since < -60, 0, exp(kept_high_since)) as kept_high_part
    from sums_of_later

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
        later_steps.instrument,
        later_steps.from_at,
        later_steps.until_at,
        if(later_steps.is_priced, later_steps.price_low, null) as price_low,
        if(later_steps.is_priced, later_steps.price_high, null) as price_high,
        later_steps.later_low,
        later_steps.later_high,
        later_steps.is_bridged,
        later_steps.is_simulated,
        false as is_initial,
        later_steps.opened,
        later_steps.closed,
        later_steps.opened * later_steps.kept_part as surviving,
        later_steps.opened_low * later_steps.kept_low_part as surviving_low,
        later_steps.opened_high * later_steps.kept_high_part as surviving_high,
        opens.opened_long_base * later_steps.kept_part as standing_long_base,
        opens.opened_long_retail_heavy * later_steps.kept_part as standing_long_retail_heavy,
        opens.opened_long_institutional * later_steps.kept_part as standing_long_institutional,
        opens.opened_long_calibrated * later_steps.kept_part as standing_long_calibrated,
        opens.opened_short_base * later_steps.kept_part as standing_short_base,
        opens.opened_short_retail_heavy * later_steps.kept_part as standing_short_retail_heavy,
        opens.opened_short_institutional * later_steps.kept_part as standing_short_institutional,
        opens.opened_short_calibrated * later_steps.kept_part as standing_short_calibrated
    from later_steps
    inner join int_position_opens as opens
        using (instrument, until_at)

),

initial as (

    select
        *,
        held_before * if(kept_since + kept < -60, 0, exp(kept_since + kept)) as surviving
    from later_steps
    where
        is_first
        and held_before > 0

),

there_before as (

    select
        instrument,
        from_at,
        from_at as until_at,
        coalesce(price_before, price_low) as price_low,
        coalesce(price_before, price_high) as price_high,
        least(later_low, price_low) as later_low,
        greatest(later_high, price_high) as later_high,
        false as is_bridged,
        is_simulated,
        true as is_initial,
        held_before as opened,
        0 as closed,
        surviving,
        held_before
        * if(kept_low_since + kept_low < -60, 0, exp(kept_low_since + kept_low))
            as surviving_low,
        held_before
        * if(kept_high_since + kept_high < -60, 0, exp(kept_high_since + kept_high))
            as surviving_high,
        surviving as standing_long_base,
        surviving as standing_long_retail_heavy,
        surviving as standing_long_institutional,
        surviving as standing_long_calibrated,
        surviving as standing_short_base,
        surviving as standing_short_retail_heavy,
        surviving as standing_short_institutional,
        surviving as standing_short_calibrated
    from initial

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
    coalesce(cohorts.surviving_high * ends.base_per_held, 0) as surviving_high,
    coalesce(cohorts.standing_long_base * ends.base_per_held, 0)
        as standing_long_base,
    coalesce(cohorts.standing_long_retail_heavy * ends.base_per_held, 0)
        as standing_long_retail_heavy,
    coalesce(cohorts.standing_long_institutional * ends.base_per_held, 0)
        as standing_long_institutional,
    coalesce(cohorts.standing_long_calibrated * ends.base_per_held, 0)
        as standing_long_calibrated,
    coalesce(cohorts.standing_short_base * ends.base_per_held, 0)
        as standing_short_base,
    coalesce(cohorts.standing_short_retail_heavy * ends.base_per_held, 0)
        as standing_short_retail_heavy,
    coalesce(cohorts.standing_short_institutional * ends.base_per_held, 0)
        as standing_short_institutional,
    coalesce(cohorts.standing_short_calibrated * ends.base_per_held, 0)
        as standing_short_calibrated
from cohorts
inner join ends
    on cohorts.instrument = ends.instrument
