-- int_position_universe: perpetuals and dated futures whose open interest is known at the snapshot.
-- Grain   one row per (venue, symbol)
-- Inputs  core.open_interest, core.open_interest by core.contracts_left_out
-- Params  $until            timestamptz, the snapshot to build
--         $known_at         timestamptz, facts recorded later do not count
--         $max_age_minutes  double, an observation further from the snapshot than this is stale
-- mark_price is the next best price where an exchange tells no mark: the last trade, the index,
-- or the value of a coin of open interest. instrument numbers the rows: a short key for the
-- models that read this one.
with

known as (

    select
        venue,
        symbol,
        asset,
        kind,
        margin = 'inverse' as is_inverse,
        snapshot_at,
        oi_base,
        coalesce(oi_usd, oi_base * mark_price) as oi_usd,
        coalesce(mark_price, last_price, index_price, oi_usd / nullif(oi_base, 0))
            as mark_price,
        is_simulated
    from core.open_interest
    where
        core.was_known(recorded_at, superseded_at, $known_at)
        and core.is_timely(snapshot_at, observed_at, $max_age_minutes)
        and core.is_sound(quality, oi_base, coalesce(oi_usd, oi_base * mark_price, 0))
        and kind in ('perp', 'future')
        and snapshot_at <= $until
        and observed_at
        >= $until - to_microseconds(cast(floor($max_age_minutes * 60e6) as bigint))
        and observed_at
        <= $until + to_microseconds(cast(floor($max_age_minutes * 60e6) as bigint))

),

left_out as (

    select *
    from
        core.contracts_left_out(
            $until - to_microseconds(cast(floor($max_age_minutes * 120e6) as bigint)),
            $until,
            $known_at,
            $max_age_minutes
        )

),

newest as (

    select known.*
    from known
    left join left_out
        using (snapshot_at, venue, symbol)
    where left_out.symbol is null
    qualify
        row_number() over (
            partition by known.venue, known.symbol order by known.snapshot_at desc
        ) = 1

)

select
    *,
    row_number() over (order by venue, symbol) as instrument
from newest
order by venue, symbol
