-- option_chain: each option that counts, with its volatility and greeks.
-- Grain   one row per (snapshot_at, venue, symbol)
-- Inputs  int_options_known, int_options_valued
-- Window  snapshot_at
-- Slices  250000 options
select
    known.snapshot_at,
    known.venue,
    known.symbol,
    known.asset,
    known.expiry,
    known.strike,
    known.option_type,
    known.oi_base,
    known.oi_usd,
    known.volume_24h_base,
    known.mark_price,
    known.price,
    valued.years,
    valued.forward,
    valued.forward_source,
    valued.iv,
    valued.iv_source,
    valued.iv_reason,
    valued.delta,
    valued.delta_premium_adjusted,
    valued.gamma,
    valued.vega,
    valued.theta,
    valued.value,
    valued.premium_usd,
    valued.gex_gross_usd,
    valued.is_crossed,
    valued.is_underlying_stale,
    known.observed_at,
    known.is_simulated
from int_options_known as known
inner join int_options_valued as valued
    using (snapshot_at, venue, symbol)
where known.standing = 'counts'
order by known.snapshot_at, known.venue, known.symbol
