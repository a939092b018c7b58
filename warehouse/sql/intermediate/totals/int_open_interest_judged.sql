-- int_open_interest_judged: current facts, each with the verdict whether it may be summed.
-- Grain   one row per (snapshot_at, instrument_id)
-- Inputs  core.open_interest, core.instruments, int_instruments_numbered, int_rules_numbered,
--         int_contracts_left_out
-- Params  $since            timestamptz, first instant of the window
--         $recent           timestamptz, from here on models read every fact
--         $until            timestamptz, last instant of the window
--         $max_age_minutes  double, further from the snapshot than this is stale
-- The days before the window that candles, changes and coverage read, and of the week before
-- those what the window is compared with. is_good is true in itself, and weighs; is_fresh may be
-- summed too; reason says why a fact is not fresh.
-- held is what a move of the price alone leaves unchanged (core.held), unit_usd what one of it is
-- worth. Before a contract was first listed here it is taken to have had the size it then had.
with

facts as (

    select
        snapshot_at,
        observed_at,
        venue,
        symbol,
        asset,
        core.kind_group(kind) as kind_group,
        kind,
        margin,
        oi_contracts,
        oi_base,
        oi_usd,
        mark_price,
        coalesce(mark_price, oi_usd / nullif(oi_base, 0)) as price,
        case when volume_24h_usd < 1e24 then volume_24h_usd end as volume_24h_usd,
        funding_rate * 8 / nullif(funding_interval_hours, 0) as funding_8h,
        case when kind = 'perp' then mark_price / nullif(index_price, 0) - 1 end as basis,
        unit_rule,
        counting_factor,
        is_simulated,
        quality,
        suspect_reason as standing,
        is_contradicted,
        source,
        route_usd,
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

),

quanto_sizes as (

    select
        instruments.instrument_id,
        listed.contract_size,
        case
            when row_number() over listings = 1 then timestamptz '-infinity'
            else listed.valid_from
        end as from_at,
        coalesce(lead(listed.valid_from) over listings, timestamptz 'infinity') as until_at
    from core.instruments as listed
    inner join int_instruments_numbered as instruments
        on
            listed.venue = instruments.venue
            and listed.symbol = instruments.symbol
            and listed.asset = instruments.asset
            and core.kind_group(listed.kind) = instruments.kind_group
    where
        listed.margin = 'quanto'
        and listed.contract_size is not null
    window listings as (partition by instruments.instrument_id order by listed.valid_from)

),

numbered as (

    select
        facts.*,
        instruments.instrument_id,
        instruments.group_id,
        instruments.venue_id,
        rules.rule_id,
        rules.product_id,
        if(
            facts.is_contradicted,
            'its figures are measured to mean another thing than its rule says: marts.conventions',
            rules.suspect_reason
        ) as suspect_reason,
        left_out.reason as left_out_reason,
        core.held(
            facts.kind, facts.margin, facts.oi_base, facts.oi_usd, facts.oi_contracts,
            quanto_sizes.contract_size
        ) as held
    from facts
    inner join int_instruments_numbered as instruments
        using (venue, symbol, asset, kind_group)
    inner join int_rules_numbered as rules
        on facts.unit_rule = rules.unit_rule
    left join int_contracts_left_out as left_out
        on
            facts.snapshot_at = left_out.snapshot_at
            and facts.venue = left_out.venue
            and facts.symbol = left_out.symbol
    left join quanto_sizes
        on
            instruments.instrument_id = quanto_sizes.instrument_id
            and facts.snapshot_at >= quanto_sizes.from_at
            and facts.snapshot_at < quanto_sizes.until_at

)

select
    snapshot_at,
    observed_at,
    instrument_id,
    group_id,
    venue_id,
    rule_id,
    product_id,
    venue,
    kind,
    margin,
    oi_base,
    oi_usd,
    held,
    coalesce(
        oi_usd / nullif(held, 0),
        case when margin = 'linear' and kind <> 'option' then mark_price end,
        case when margin = 'inverse' and kind <> 'option' then 1 end
    ) as unit_usd,
    price,
    volume_24h_usd,
    funding_8h,
    basis,
    counting_factor,
    is_simulated,
    is_timely,
    is_timely and is_sound as is_good,
    is_timely and is_sound and left_out_reason is null as is_fresh,
    case
        when not (is_timely and is_sound)
            then coalesce(
                core.standing_reason(standing),
                core.why_uncounted(quality, oi_base, oi_usd, route_usd, source, suspect_reason)
            )
        else left_out_reason
    end as reason
from numbered
