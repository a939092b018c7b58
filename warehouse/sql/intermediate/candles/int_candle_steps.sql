-- int_candle_steps: what each venue's open interest was at a snapshot, and how far it moved.
-- Grain   one row per (at_us, group_id, venue_id, is_opened) with a fresh row; futures only
-- Inputs  int_open_interest_judged, int_instruments_numbered
-- Params  $since  timestamptz, first instant of the window
-- A step is the change since the instrument was last seen: of its coins, or, where is_opened, of
-- positions, in coins at the price of then. Of linear contracts both are the same; the coins of
-- others move with the price though nobody trades. So only groups with such contracts have rows
-- that are is_opened.
-- A step counts for a bar length when the instrument was last seen no earlier than one bar before the
-- bar began. So an instrument that appears or vanishes moves nothing, and one that was missed for a
-- moment brings its whole change when it returns.
-- Amounts are whole numbers of 1e-10 coins, as in core.exact_sum, so that steps add up exactly.
with

futures as (

    select distinct group_id from int_instruments_numbered
    where kind_group = 'futures'

),

series as (

    select
        group_id,
        false as is_opened
    from futures
    union all
    select distinct
        futures.group_id,
        true as is_opened
    from futures
    inner join int_open_interest_judged as judged
        on futures.group_id = judged.group_id
    where judged.margin <> 'linear'

),

seen as (

    select
        epoch_us(judged.snapshot_at) as at_us,
        judged.instrument_id,
        judged.group_id,
        judged.venue_id,
        judged.oi_usd,
        judged.is_simulated,
        judged.margin,
        judged.held,
        coalesce(
            judged.oi_base / nullif(judged.held, 0),
            case when judged.margin = 'inverse' then 1 / nullif(judged.price, 0) end
        ) as unit_base,
        cast(judged.oi_base * 1e10 as hugeint) as units
    from int_open_interest_judged as judged
    inner join futures
        on judged.group_id = futures.group_id
    where
        judged.is_fresh
        and judged.snapshot_at >= core.bar_start('1d', $since) - interval 24 hour

),

chained as (

    select
        *,
        units - lag(units) over instrument as step,
        try_cast(
            (held - lag(held) over instrument)
            * coalesce(lag(unit_base) over instrument, unit_base, 0) * 1e10 as hugeint
        ) as opened,
        lag(at_us) over instrument as before_us
    from seen
    window instrument as (partition by instrument_id order by at_us)

),

stepped as (

    select
        chained.* exclude (step),
        series.is_opened,
        case
            when series.is_opened and chained.margin <> 'linear' then chained.opened
            else chained.step
        end as step
    from chained
    inner join series
        on chained.group_id = series.group_id

)

select
    at_us,
    group_id,
    venue_id,
    is_opened,
    sum(units) as units,
    core.exact_sum(oi_usd) as oi_usd,
    coalesce(
        sum(step) filter (where before_us >= at_us - at_us % 300000000 - 300000000), 0
    ) as step_5m,
    coalesce(
        sum(step) filter (where before_us >= at_us - at_us % 3600000000 - 3600000000), 0
    ) as step_1h,
    coalesce(
        sum(step) filter (where before_us >= at_us - at_us % 14400000000 - 14400000000), 0
    ) as step_4h,
    coalesce(
        sum(step) filter (where before_us >= at_us - at_us % 86400000000 - 86400000000), 0
    ) as step_1d,
    bool_or(is_simulated) as is_simulated
from stepped
group by all
