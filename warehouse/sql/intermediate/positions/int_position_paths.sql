-- int_position_paths: price range and volume of steps that no one bar covers.
-- Grain   one row per (instrument, until_at); steps that no bar touches are absent
-- Inputs  core.bars, int_position_steps, int_position_universe
-- Params  $until         timestamptz, the snapshot to build; later bars do not count
--         $history_days  double, how far back observations count
-- The shortest bars that together leave no hole: one that is only partly inside gives its whole
-- range, and of its volume the part of its time inside. Else those that leave the least, and of
-- them such as are inside.
-- volume_base is that in USD at the close where a bar tells no other, null where it tells none or
-- there is a hole: is_whole. Prices in a gap count: they close positions like any other.
with

steps as (

    select
        instrument,
        until_at,
        epoch_us(from_at) as from_us,
        epoch_us(until_at) as until_us
    from int_position_steps
    where low is null

),

bars as (

    select
        universe.instrument,
        facts.low,
        facts.high,
        coalesce(facts.volume_base, facts.volume_usd / nullif(facts.close, 0)) as volume_base,
        epoch_us(facts.bar_at) as from_us,
        core.length_us(facts.interval) as length_us
    from core.bars as facts
    inner join int_position_universe as universe
        using (venue, symbol)
    where
        universe.instrument in (select steps.instrument from steps)
        and facts.bar_at <= $until
        and facts.bar_at
        >= $until - to_microseconds(cast(($history_days + 7) * 86400e6 as bigint))
        and facts.low > 0
        and facts.high >= facts.low

),

complete_bars as (

    select *
    from bars
    where
        length_us > 0
        and from_us + length_us <= epoch_us($until)

),

bar_lengths as (

    select distinct
        instrument,
        length_us
    from complete_bars

),

slots as (

    -- only a bar that starts in one of these multiples of its own length can touch the step
    select
        steps.instrument,
        steps.until_at,
        steps.from_us,
        steps.until_us,
        bar_lengths.length_us,
        unnest(
            range(
                divide(steps.from_us, bar_lengths.length_us) - 1,
                divide(steps.until_us - 1, bar_lengths.length_us) + 1
            )
        ) as slot
    from steps
    inner join bar_lengths
        on steps.instrument = bar_lengths.instrument

),

touching as (

    select
        slots.instrument,
        slots.until_at,
        slots.until_us - slots.from_us as wanted_us,
        bars.from_us as bar_from_us,
        bars.length_us,
        bars.low,
        bars.high,
        bars.volume_base,
        least(bars.from_us + bars.length_us, slots.until_us)
        - greatest(bars.from_us, slots.from_us) as shared_us
    from slots
    inner join complete_bars as bars
        on
            slots.instrument = bars.instrument
            and slots.length_us = bars.length_us
            and slots.slot = divide(bars.from_us, bars.length_us)
            and slots.until_us > bars.from_us
            and slots.from_us < bars.from_us + bars.length_us

),

coverings as (

    select
        instrument,
        until_at,
        wanted_us,
        length_us,
        sum(shared_us) as covered_us,
        case
            when sum(shared_us) = wanted_us then min(low)
            else min(low) filter (where shared_us = length_us)
        end as low,
        case
            when sum(shared_us) = wanted_us then max(high)
            else max(high) filter (where shared_us = length_us)
        end as high,
        case
            when count(volume_base) = count(*) and sum(shared_us) = wanted_us
                then sum(volume_base * shared_us / length_us order by bar_from_us)
        end as volume_base
    from touching
    group by instrument, until_at, wanted_us, length_us

)

select
    instrument,
    until_at,
    low,
    high,
    volume_base,
    covered_us = wanted_us as is_whole
from coverings
qualify
    row_number() over (
        partition by instrument, until_at order by covered_us desc, length_us asc
    ) = 1
