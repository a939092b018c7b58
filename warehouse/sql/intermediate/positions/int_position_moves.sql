-- int_position_moves: what was opened and closed between observations, and at which prices.
-- Grain   one row per (instrument, until_at); of steps before the last days one per UTC hour
-- Inputs  int_position_steps, int_position_paths
-- Params  $until      timestamptz, the snapshot to build
--         $rotation   double, share of the volume beyond the OI change that swaps positions
--         $fine_days  double, steps older than this are folded into hours
-- In a step c = max(-dOI, 0) + rotation * (volume - |dOI|) / 2 closes and c + dOI opens; closes
-- come out of all older positions alike, and a gap scales them all. kept is the logarithm of the
-- part that stays. The same with rotation 0 and 0.2 gives the sensitivity band. Of an hour, kept is
-- the product of what its steps kept, and opened what of its opens was left at its end: older
-- positions and all sums are those of the single steps, only the prices are of the whole hour.
-- Prices are those of the step's bars; where they leave a hole, from one mark to the other and
-- those of the bars there are. is_priced tells whether every step has them. Amounts are in the unit
-- of the step.
with

paired as (

    select
        steps.instrument,
        steps.from_at,
        steps.until_at,
        steps.is_bridged,
        steps.is_simulated,
        steps.is_first,
        steps.held_before,
        steps.held_after,
        steps.price_before,
        case
            when steps.low is not null then steps.low
            when paths.is_whole then paths.low
            when steps.mark_before > 0 and steps.mark_after > 0
                then least(steps.mark_before, steps.mark_after, paths.low)
        end as price_low,
        case
            when steps.high is not null then steps.high
            when paths.is_whole then paths.high
            when steps.mark_before > 0 and steps.mark_after > 0
                then greatest(steps.mark_before, steps.mark_after, paths.high)
        end as price_high,
        if(steps.low is null, paths.volume_base, steps.volume_base) * coalesce(
            steps.held_after / nullif(steps.base_after, 0),
            steps.held_before / nullif(steps.base_before, 0)
        ) as volume
    from int_position_steps as steps
    left join int_position_paths as paths
        using (instrument, until_at)

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
        end as rotated_most,
        case
            when
                until_at
                <= date_trunc(
                    'hour', $until - to_microseconds(cast($fine_days * 86400e6 as bigint))
                )
                then divide(epoch_us(until_at) - 1, 3600000000)
            else epoch_us(until_at)
        end as slot
    from paired

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

folded as (

    select
        instrument,
        is_bridged,
        count(*) as steps,
        min(from_at) as from_at,
        max(until_at) as until_at,
        bool_or(is_simulated) as is_simulated,
        bool_or(is_first) as is_first,
        min_by(held_before, until_at) as held_before,
        min_by(price_before, until_at) filter (where price_before > 0) as price_before,
        max_by(held_after, until_at) as held_after,
        min(price_low) as price_low,
        max(price_high) as price_high,
        count(price_low) = count(*) as is_priced,
        if(count(volume) = count(*), core.exact_sum(volume), null) as volume,
        max(closed) as closed,
        max(opened) as opened,
        max(opened_low) as opened_low,
        max(opened_high) as opened_high,
        max(kept) as kept,
        -- whole numbers add up to the same in any order
        sum(cast(kept * 1e15 as bigint)) / 1e15 as all_kept,
        sum(cast(kept_low * 1e15 as bigint)) / 1e15 as all_kept_low,
        sum(cast(kept_high * 1e15 as bigint)) / 1e15 as all_kept_high,
        max(kept_low) as kept_low,
        max(kept_high) as kept_high
    from remains
    group by instrument, slot, is_bridged

)

select
    instrument,
    is_bridged,
    from_at,
    until_at,
    is_simulated,
    is_first,
    held_before,
    price_before,
    price_low,
    price_high,
    is_priced,
    volume,
    if(steps = 1, closed, held_before * (1 - exp(all_kept))) as closed,
    case
        when steps = 1 or opened = 0 then opened
        else greatest(held_after - held_before * exp(all_kept), 0)
    end as opened,
    case
        when steps = 1 or opened_low = 0 then opened_low
        else greatest(held_after - held_before * exp(all_kept_low), 0)
    end as opened_low,
    case
        when steps = 1 or opened_high = 0 then opened_high
        else greatest(held_after - held_before * exp(all_kept_high), 0)
    end as opened_high,
    if(steps = 1, kept, all_kept) as kept,
    if(steps = 1, kept_low, all_kept_low) as kept_low,
    if(steps = 1, kept_high, all_kept_high) as kept_high
from folded
