-- int_options_known: what was told of each option at each snapshot, and whether it counts.
-- Grain   one row per (snapshot_at, venue, symbol)
-- Inputs  core.open_interest, core.options, core.instruments by core.option_terms,
--         int_contracts_left_out, marts.oi_by_asset
-- Params  $since            timestamptz, first instant of the window
--         $until            timestamptz, last instant of the window
--         $max_age_minutes  double, further from the snapshot than this is stale
-- Every row that is stored stays, and standing says what becomes of it: only those that count enter
-- figures, all others are counted. What is summed in marts.oi_by_asset counts here, but for options
-- that have expired by their terms, and those whose terms nobody knows. Nothing open is data; of some
-- the quotes alone were accepted, such as an option that expired and is still told. Terms are those
-- listed at the time; an option that was never listed, but imported, has those of its symbol, and
-- expires at 08:00 UTC. price values the open interest: that of the underlying as the venue told it,
-- else that of the asset.
with

interest as (

    select
        snapshot_at,
        venue,
        symbol,
        asset,
        observed_at,
        oi_base,
        oi_usd,
        case when volume_24h_base < 1e24 then volume_24h_base end as volume_24h_base,
        case when volume_24h_usd < 1e24 then volume_24h_usd end as volume_24h_usd,
        index_price,
        suspect_reason,
        is_simulated,
        core.is_timely(snapshot_at, observed_at, $max_age_minutes) as is_timely,
        core.is_sound(quality, oi_base, oi_usd) as is_sound
    from core.open_interest
    where
        kind = 'option'
        and superseded_at is null
        and snapshot_at between $since and $until

),

figures as (

    select
        snapshot_at,
        venue,
        symbol,
        mark_iv,
        bid_iv,
        ask_iv,
        mark_price,
        underlying_price,
        underlying_kind,
        delta as venue_delta,
        asset,
        observed_at,
        is_simulated
    from core.options
    where
        superseded_at is null
        and snapshot_at between $since and $until

),

told as (

    select * from interest
    union all by name
    select
        figures.snapshot_at,
        figures.venue,
        figures.symbol,
        figures.asset,
        figures.observed_at,
        figures.is_simulated,
        core.is_timely(figures.snapshot_at, figures.observed_at, $max_age_minutes) as is_timely
    from figures
    anti join interest
        using (snapshot_at, venue, symbol)

),

futures as (

    select
        snapshot_at,
        asset,
        price
    from marts.oi_by_asset
    where
        kind_group = 'futures'
        and snapshot_at between $since and $until

),

placed as (

    select
        told.*,
        case
            when terms.venue is not null then terms.expiry
            when core.spelt_side(told.symbol, told.asset) is not null
                then core.expires_at(told.symbol)
        end as expiry,
        case
            when terms.venue is not null then terms.strike
            else core.spelt_strike(told.symbol, told.asset)
        end as strike,
        case
            when terms.venue is not null then terms.side
            else core.spelt_side(told.symbol, told.asset)
        end as option_type
    from told
    left join core.option_terms() as terms
        on
            told.venue = terms.venue
            and told.symbol = terms.symbol
            and told.snapshot_at >= terms.from_at
            and told.snapshot_at < terms.until_at

)

select
    placed.snapshot_at,
    placed.venue,
    placed.symbol,
    placed.asset,
    placed.expiry,
    placed.strike,
    placed.option_type,
    placed.oi_base,
    placed.oi_usd,
    placed.volume_24h_base,
    placed.volume_24h_usd,
    figures.mark_iv,
    figures.bid_iv,
    figures.ask_iv,
    figures.mark_price,
    figures.underlying_price,
    figures.underlying_kind,
    placed.index_price,
    coalesce(
        placed.index_price, placed.oi_usd / nullif(placed.oi_base, 0), futures.price
    ) as price,
    figures.venue_delta,
    placed.observed_at,
    placed.is_simulated,
    case
        when placed.suspect_reason = 'expired' or placed.expiry <= placed.snapshot_at
            then 'expired'
        when not placed.is_timely then 'stale'
        when placed.oi_base is null then 'without_interest'
        when not placed.is_sound then 'suspect'
        when left_out.venue is not null then 'left_out'
        when
            placed.expiry is null or placed.strike is null or placed.option_type is null
            then 'terms_unknown'
        else 'counts'
    end as standing
from placed
left join figures
    using (snapshot_at, venue, symbol)
left join int_contracts_left_out as left_out
    using (snapshot_at, venue, symbol)
left join futures
    on placed.snapshot_at = futures.snapshot_at and placed.asset = futures.asset
order by placed.snapshot_at, placed.venue, placed.symbol
