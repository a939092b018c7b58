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

later_steps as (

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
        if(is_priced, price_low, null) as price_low,
        if(is_priced, price_high, null) as price_high,
        later_low,
        later_high,
        is_bridged,
        is_simulated,
        false as is_initial,
        opened,
        closed,
        if(kept_since < -60, 0, exp(kept_since)) as kept_part,
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
        coalesce(price_before, price_low) as price_low,
        coalesce(price_before, price_high) as price_high,
        least(later_low, price_low) as later_low,
        greatest(later_high, price_high) as later_high,
        false as is_bridged,
        is_simulated,
        true as is_initial,
        held_before as opened,
        0 as closed,
        if(kept_since + kept < -60, 0, exp(kept_since + kept)) as kept_part,
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
    coalesce(cohorts.surviving_high * ends.base_per_held, 0) as surviving_high,
    coalesce(
        if(cohorts.is_initial, cohorts.opened, opens.opened_long_base)
        * cohorts.kept_part * ends.base_per_held,
        0
    ) as standing_long_base,
    coalesce(
        if(cohorts.is_initial, cohorts.opened, opens.opened_long_retail_heavy)
        * cohorts.kept_part * ends.base_per_held,
        0
    ) as standing_long_retail_heavy,
    coalesce(
        if(cohorts.is_initial, cohorts.opened, opens.opened_long_institutional)
        * cohorts.kept_part * ends.base_per_held,
        0
    ) as standing_long_institutional,
    coalesce(
        if(cohorts.is_initial, cohorts.opened, opens.opened_long_calibrated)
        * cohorts.kept_part * ends.base_per_held,
        0
    ) as standing_long_calibrated,
    coalesce(
        if(cohorts.is_initial, cohorts.opened, opens.opened_short_base)
        * cohorts.kept_part * ends.base_per_held,
        0
    ) as standing_short_base,
    coalesce(
        if(cohorts.is_initial, cohorts.opened, opens.opened_short_retail_heavy)
        * cohorts.kept_part * ends.base_per_held,
        0
    ) as standing_short_retail_heavy,
    coalesce(
        if(cohorts.is_initial, cohorts.opened, opens.opened_short_institutional)
        * cohorts.kept_part * ends.base_per_held,
        0
    ) as standing_short_institutional,
    coalesce(
        if(cohorts.is_initial, cohorts.opened, opens.opened_short_calibrated)
        * cohorts.kept_part * ends.base_per_held,
        0
    ) as standing_short_calibrated
from cohorts
inner join ends
    on cohorts.instrument = ends.instrument
left join int_position_opens as opens
    on
        cohorts.instrument = opens.instrument
        and cohorts.until_at = opens.until_at
        and not cohorts.is_initial
