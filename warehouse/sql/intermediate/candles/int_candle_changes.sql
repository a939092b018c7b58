-- int_candle_changes: the change from one close to the next, over instruments fresh at both.
-- Grain   one row per (close_us, previous_us, group_id, venue_id); venue_id 0 is the sum
-- Inputs  int_candle_bars, int_open_interest_judged, int_prices_averaged
-- Params  $since  timestamptz, first instant of the window
-- As in int_changes_paired: change_pct is that of positions at the earlier price, change_usd the
-- flow, positions changed at the mean of both prices.
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
        and held is not null
        and snapshot_at >= core.bar_start('1d', $since) - interval 24 hour

),

-- Materialised: joined in any other order, every snapshot would meet every other.
placed as materialized (

    select
        pairs.*,
        fresh.instrument_id,
        fresh.venue_id,
        fresh.held,
        fresh.unit_usd
    from pairs
    inner join fresh
        on
            pairs.close_us = fresh.at_us
            and pairs.group_id = fresh.group_id

),

matched as (

    select
        placed.close_us,
        placed.previous_us,
        placed.group_id,
        placed.venue_id,
        earlier.oi_usd as usd_0,
        core.positions_usd(
            earlier.held, coalesce(earlier.unit_usd, averaged.unit_usd),
            placed.held, placed.unit_usd
        ) as positions_usd,
        core.flow_usd(earlier.held, earlier.unit_usd, placed.held, placed.unit_usd) as flow_usd
    from placed
    inner join fresh as earlier
        on
            placed.previous_us = earlier.at_us
            and placed.instrument_id = earlier.instrument_id
    left join int_prices_averaged as averaged
        on
            earlier.snapshot_at = averaged.snapshot_at
            and earlier.group_id = averaged.group_id
            and earlier.margin <> 'quanto'

),

by_venue as (

    select
        close_us,
        previous_us,
        group_id,
        venue_id,
        sum(cast(usd_0 * 1e10 as hugeint)) as usd_0,
        sum(cast(positions_usd * 1e10 as hugeint)) as positions,
        sum(cast(flow_usd * 1e10 as hugeint)) as flow
    from matched
    where
        abs(positions_usd) < 1e24
        and abs(flow_usd) < 1e24
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
        sum(usd_0) as usd_0,
        sum(positions) as positions,
        sum(flow) as flow
    from by_venue
    group by all

)

select
    close_us,
    previous_us,
    group_id,
    venue_id,
    100 * (cast(positions as double) / nullif(cast(usd_0 as double), 0)) as change_pct,
    cast(flow as double) / 1e10 as change_usd
from summed
