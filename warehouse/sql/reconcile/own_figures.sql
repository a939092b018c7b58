-- own_figures: our figures nearest to an instant, and what they were around it.
-- Grain   one row per (venue, symbol) with a sound figure within two days
-- Inputs  core.open_interest, core.instruments
-- Params  $as_of  timestamptz, the instant; null: that of the newest snapshot
-- held is what price does not move: coins, of inverse contracts USD.
with

asked as (

    select coalesce($as_of, max(snapshot_at)) as as_of
    from core.open_interest
    where superseded_at is null

),

terms as (

    select
        venue,
        symbol,
        max_by(market_id, valid_from) as market_id,
        max_by(quote, valid_from) as quote,
        max_by(base_multiplier, valid_from) as multiplier,
        max_by(contract_size, valid_from) as contract_size
    from core.instruments
    group by venue, symbol

),

facts as (

    select
        known.venue,
        known.symbol,
        known.asset,
        known.kind,
        known.margin,
        known.snapshot_at,
        known.oi_base,
        known.oi_usd,
        if(known.margin = 'inverse', known.oi_usd, known.oi_base) as held,
        asked.as_of
    from core.open_interest as known
    inner join asked
        on
            known.snapshot_at >= asked.as_of - interval '48 hours'
            and known.snapshot_at <= asked.as_of + interval '48 hours'
    where
        known.superseded_at is null
        and known.kind <> 'option'
        and core.is_sound(known.quality, known.oi_base, known.oi_usd)

),

spread as (

    select
        venue,
        symbol,
        list(held order by abs(epoch_us(snapshot_at) - epoch_us(as_of)), snapshot_at) as elsewhen,
        max(snapshot_at) filter (where snapshot_at <= as_of) as before_at,
        max_by(held, snapshot_at) filter (where snapshot_at <= as_of) as held_before,
        min(snapshot_at) filter (where snapshot_at >= as_of) as after_at,
        min_by(held, snapshot_at) filter (where snapshot_at >= as_of) as held_after
    from facts
    group by venue, symbol

),

nearest as (

    select *
    from facts
    qualify row_number() over (
        partition by venue, symbol
        order by abs(epoch_us(snapshot_at) - epoch_us(as_of)), snapshot_at
    ) = 1

)

select
    nearest.venue,
    nearest.symbol,
    coalesce(terms.market_id, nearest.symbol) as market_id,
    nearest.asset,
    coalesce(terms.quote, split_part(split_part(nearest.symbol, '/', 2), ':', 1)) as quote,
    nearest.kind,
    nearest.margin = 'inverse' as is_inverse,
    coalesce(terms.multiplier, 1) as multiplier,
    terms.contract_size,
    nearest.oi_base,
    nearest.oi_usd,
    nearest.snapshot_at,
    nearest.as_of,
    spread.elsewhen,
    spread.before_at,
    spread.held_before,
    spread.after_at,
    spread.held_after
from nearest
inner join spread
    using (venue, symbol)
left join terms
    using (venue, symbol)
order by nearest.venue, nearest.symbol
