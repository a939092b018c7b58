-- int_candle_changes: the change from one close to the next, over instruments fresh at both.
-- Grain   one row per (close_us, previous_us, group_id, venue_id); venue_id 0 is the sum
-- Inputs  int_candle_bars, int_open_interest_judged
-- Params  $since  timestamptz, first instant of the window
-- The change in USD is the flow: coins changed at the mean of both prices; what the price did
-- is left out. Futures that are sized in USD change in USD by flow alone.
with

pairs as (

    select distinct
        close_us,
        previous_us,
        group_id
    from int_candle_bars
    where previous_us is not null

),

fresh as (

    select
        *,
        epoch_us(snapshot_at) as at_us
    from int_open_interest_judged
    where
        is_fresh
        and snapshot_at >= core.bar_start('1d', $since) - interval 24 hour

),

-- Materialised: joined in any other order, every snapshot would meet every other.
placed as materialized (

    select
        pairs.*,
        fresh.instrument_id,
        fresh.venue_id,
        fresh.oi_base,
        fresh.oi_usd,
        fresh.margin = 'inverse' as is_usd_sized
    from pairs
    inner join fresh
        on
            pairs.close_us = fresh.at_us
            and pairs.group_id = fresh.group_id

),

by_venue as (

    select
        placed.close_us,
        placed.previous_us,
        placed.group_id,
        placed.venue_id,
        sum(cast(placed.oi_base * 1e10 as hugeint)) as base_1,
        sum(cast(earlier.oi_base * 1e10 as hugeint)) as base_0,
        sum(
            try_cast(
                1e10
                * case
                    when placed.is_usd_sized then placed.oi_usd - earlier.oi_usd
                    else
                        (placed.oi_base - earlier.oi_base)
                        * (
                            coalesce(
                                placed.oi_usd / nullif(placed.oi_base, 0),
                                earlier.oi_usd / nullif(earlier.oi_base, 0),
                                0
                            )
                            + coalesce(
                                earlier.oi_usd / nullif(earlier.oi_base, 0),
                                placed.oi_usd / nullif(placed.oi_base, 0),
                                0
                            )
                        ) / 2
                end as hugeint
            )
        ) as flow
    from placed
    inner join fresh as earlier
        on
            placed.previous_us = earlier.at_us
            and placed.instrument_id = earlier.instrument_id
    group by all

),

summed as (

    select * from by_venue
    union all by name
    select
        close_us,
        previous_us,
        group_id,
        0 as venue_id,
        sum(base_1) as base_1,
        sum(base_0) as base_0,
        sum(flow) as flow
    from by_venue
    group by all

)

select
    close_us,
    previous_us,
    group_id,
    venue_id,
    100 * (cast(base_1 - base_0 as double) / nullif(cast(base_0 as double), 0)) as change_pct,
    cast(flow as double) / 1e10 as change_usd
from summed
