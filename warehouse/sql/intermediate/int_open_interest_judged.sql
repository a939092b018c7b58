-- int_open_interest_judged: current facts, each with the verdict whether it may be summed.
-- Grain   one row per (snapshot_at, instrument_id)
-- Inputs  core.open_interest, int_instruments_numbered, int_contracts_left_out
-- Params  $since            timestamptz, first instant of the window
--         $recent           timestamptz, from here on models read every fact
--         $until            timestamptz, last instant of the window
--         $max_age_minutes  double, further from the snapshot than this is stale
-- The days before the window that candles, changes and coverage read, and of the week before
-- those what the window is compared with.
with

facts as (

    select
        snapshot_at,
        venue,
        symbol,
        asset,
        core.kind_group(kind) as kind_group,
        kind,
        margin,
        oi_base,
        oi_usd,
        coalesce(mark_price, oi_usd / nullif(oi_base, 0)) as price,
        case when volume_24h_usd < 1e24 then volume_24h_usd end as volume_24h_usd,
        funding_rate * 8 / nullif(funding_interval_hours, 0) as funding_8h,
        case when kind = 'perp' then mark_price / nullif(index_price, 0) - 1 end as basis,
        unit_rule,
        is_simulated,
        core.is_timely(snapshot_at, observed_at, $max_age_minutes) as is_timely,
        core.is_sound(quality, oi_base, oi_usd) as is_sound
    from core.open_interest
    where
        superseded_at is null
        and (
            snapshot_at between $recent and $until
            or snapshot_at between
            $since - interval '7 days 30 minutes' and $until - interval '6 days 23 hours 30 minutes'
        )

)

select
    facts.snapshot_at,
    instruments.instrument_id,
    instruments.group_id,
    instruments.venue_id,
    facts.venue,
    facts.kind,
    facts.margin,
    facts.oi_base,
    facts.oi_usd,
    facts.price,
    facts.volume_24h_usd,
    facts.funding_8h,
    facts.basis,
    facts.unit_rule,
    facts.is_simulated,
    facts.is_timely,
    facts.is_timely and facts.is_sound and left_out.symbol is null as is_fresh
from facts
inner join int_instruments_numbered as instruments
    on
        facts.venue = instruments.venue
        and facts.symbol = instruments.symbol
        and facts.asset = instruments.asset
        and facts.kind_group = instruments.kind_group
left join int_contracts_left_out as left_out
    on
        facts.snapshot_at = left_out.snapshot_at
        and facts.venue = left_out.venue
        and facts.symbol = left_out.symbol
