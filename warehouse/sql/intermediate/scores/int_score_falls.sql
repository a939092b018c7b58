-- int_score_falls: falls of open interest since the map of their asset was frozen, and the prices
-- that were reached for the first time meanwhile.
-- Grain   one row per (instrument, until_at) in which open interest fell and that a bar touches
-- Inputs  int_position_steps, int_position_universe, int_score_maps, int_score_bars
-- Params  $until  timestamptz, when the map is scored
-- A step of open interest has one range, of bars of one length: the shortest that leave no hole,
-- else those that leave the least; then such as are inside, and the way from one mark to the other.
-- Prices before are those of all bars that had ended when it began. fall_usd is the fall of an
-- inverse contract, which a price move alone leaves unchanged, fall_base that of others.
with

falls as (

    select
        universe.asset,
        universe.venue,
        universe.symbol,
        steps.instrument,
        steps.from_at,
        steps.until_at,
        steps.mark_before,
        steps.mark_after,
        epoch_us(steps.from_at) as from_us,
        epoch_us(steps.until_at) as until_us,
        if(steps.unit = 'usd', steps.held_before - steps.held_after, null) as fall_usd,
        if(
            steps.unit = 'usd',
            null,
            (steps.held_before - steps.held_after) * coalesce(
                steps.base_after / nullif(steps.held_after, 0),
                steps.base_before / steps.held_before
            )
        ) as fall_base
    from int_position_steps as steps
    inner join int_position_universe as universe
        on steps.instrument = universe.instrument
    inner join int_score_maps as maps
        on universe.asset = maps.asset
    where
        -- less is what rounding leaves of a price move
        steps.held_before - steps.held_after > steps.held_before * 1e-9
        and steps.from_at >= maps.snapshot_at
        and steps.from_at >= $until - interval 28 hours

),

bars as (

    select
        venue,
        symbol,
        low,
        high,
        length_us,
        epoch_us(bar_at) as from_us,
        epoch_us(bar_at) + length_us as until_us
    from int_score_bars

),

coverings as (

    select
        falls.instrument,
        falls.until_at,
        bars.length_us,
        sum(
            least(bars.until_us, falls.until_us) - greatest(bars.from_us, falls.from_us)
        ) as covered_us,
        any_value(falls.until_us - falls.from_us) as wanted_us,
        min(bars.low) as low,
        max(bars.high) as high,
        min(bars.low) filter (
            where bars.from_us >= falls.from_us and bars.until_us <= falls.until_us
        ) as low_inside,
        max(bars.high) filter (
            where bars.from_us >= falls.from_us and bars.until_us <= falls.until_us
        ) as high_inside
    from falls
    inner join bars
        on
            falls.venue = bars.venue
            and falls.symbol = bars.symbol
            and falls.until_us > bars.from_us
            and falls.from_us < bars.until_us
    group by falls.instrument, falls.until_at, bars.length_us

),

ranges as (

    select
        instrument,
        until_at,
        covered_us = wanted_us as is_whole,
        if(covered_us = wanted_us, low, low_inside) as low,
        if(covered_us = wanted_us, high, high_inside) as high
    from coverings
    qualify
        row_number() over (
            partition by instrument, until_at order by covered_us desc, length_us asc
        ) = 1

),

reached as (

    select
        venue,
        symbol,
        until_us,
        min(low) over so_far as lowest,
        max(high) over so_far as highest
    from bars
    window so_far as (partition by venue, symbol order by until_us)
    qualify row_number() over (partition by venue, symbol, until_us) = 1

),

ranged as (

    select
        falls.*,
        case
            when ranges.is_whole then ranges.low
            when falls.mark_before > 0 and falls.mark_after > 0
                then least(ranges.low, falls.mark_before, falls.mark_after)
            else ranges.low
        end as low,
        case
            when ranges.is_whole then ranges.high
            when falls.mark_before > 0 and falls.mark_after > 0
                then greatest(ranges.high, falls.mark_before, falls.mark_after)
            else ranges.high
        end as high
    from falls
    inner join ranges
        using (instrument, until_at)

)

select
    ranged.asset,
    ranged.instrument,
    ranged.until_at,
    ranged.fall_usd,
    ranged.fall_base,
    ranged.low as fallen_to,
    coalesce(reached.lowest, ranged.high) as fallen_from,
    coalesce(reached.highest, ranged.low) as risen_from,
    ranged.high as risen_to
from ranged
asof left join reached
    on
        ranged.venue = reached.venue
        and ranged.symbol = reached.symbol
        and ranged.from_us >= reached.until_us
where ranged.low is not null
order by ranged.instrument, ranged.until_at
