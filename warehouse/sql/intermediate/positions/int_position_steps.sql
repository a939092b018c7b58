-- int_position_steps: what happened between two consecutive observations of an instrument.
-- Grain   one row per (instrument, until_at)
-- Inputs  core.open_interest, core.bars, int_position_universe, int_position_assets
-- Params  $until            timestamptz, the snapshot to build
--         $known_at         timestamptz, facts recorded later do not count
--         $history_days     double, how far back observations count
--         $max_age_minutes  double, an observation further from its snapshot than this is stale
-- held_before and held_after are in the unit that a price move alone leaves unchanged: USD of face
-- value for inverse, contracts for quanto, coins for linear instruments; coins where an observation
-- lacks that figure. unit says which: usd, contracts or base. A step of more than 36 hours is a gap
-- (is_bridged). is_first marks the step from an instrument's earliest observation. price_before is
-- the next best price where there is no mark. low, high and volume_base are those of the bar of
-- exactly the step, if there is one: int_position_paths has the others'.
with

observations as (

    select
        universe.instrument,
        facts.snapshot_at,
        facts.margin,
        facts.oi_base,
        facts.oi_usd,
        facts.oi_contracts,
        facts.mark_price,
        coalesce(
            facts.mark_price,
            facts.last_price,
            facts.index_price,
            facts.oi_usd / nullif(facts.oi_base, 0)
        ) as price,
        facts.is_simulated
    from core.open_interest as facts
    inner join int_position_universe as universe
        using (venue, symbol)
    inner join int_position_assets as assets
        on universe.asset = assets.asset
    where
        core.was_known(facts.recorded_at, facts.superseded_at, $known_at)
        and core.is_timely(facts.snapshot_at, facts.observed_at, $max_age_minutes)
        and core.is_sound(
            facts.quality,
            facts.oi_base,
            coalesce(facts.oi_usd, facts.oi_base * facts.mark_price, 0)
        )
        and facts.kind in ('perp', 'future')
        and facts.snapshot_at <= $until
        and facts.snapshot_at
        >= $until - to_microseconds(cast($history_days * 86400e6 as bigint))

),

units as (

    select
        instrument,
        case
            when bool_and(margin = 'inverse') and count(oi_usd) = count(*) then 'usd'
            when bool_and(margin = 'quanto') and count(oi_contracts) = count(*)
                then 'contracts'
            else 'base'
        end as unit
    from observations
    group by instrument

),

held as (

    select
        observations.instrument,
        observations.is_simulated,
        observations.mark_price,
        observations.price,
        observations.oi_base,
        observations.snapshot_at,
        units.unit,
        case units.unit
            when 'usd' then observations.oi_usd
            when 'contracts' then observations.oi_contracts
            else observations.oi_base
        end as held
    from observations
    inner join units
        on observations.instrument = units.instrument

),

pairs as (

    select
        instrument,
        unit,
        is_simulated,
        lag(snapshot_at) over history as from_at,
        snapshot_at as until_at,
        lag(held) over history as held_before,
        held as held_after,
        lag(oi_base) over history as base_before,
        oi_base as base_after,
        lag(mark_price) over history as mark_before,
        mark_price as mark_after,
        lag(price) over history as price_before,
        row_number() over history = 2 as is_first
    from held
    window history as (partition by instrument order by snapshot_at)

),

bars as (

    select
        universe.instrument,
        facts.low,
        facts.high,
        coalesce(facts.volume_base, facts.volume_usd / nullif(facts.close, 0)) as volume_base,
        facts.bar_at,
        core.length_us(facts.interval) as length_us
    from core.bars as facts
    inner join int_position_universe as universe
        using (venue, symbol)
    where
        facts.bar_at < $until
        and facts.bar_at >= $until - to_microseconds(cast($history_days * 86400e6 as bigint))
        and facts.low > 0
        and facts.high >= facts.low

)

select
    pairs.*,
    bars.low,
    bars.high,
    bars.volume_base,
    epoch_us(pairs.until_at) - epoch_us(pairs.from_at) > 129600000000 as is_bridged
from pairs
left join bars
    on
        pairs.instrument = bars.instrument
        and pairs.from_at = bars.bar_at
        and epoch_us(pairs.until_at) - epoch_us(pairs.from_at) = bars.length_us
where pairs.until_at > pairs.from_at
