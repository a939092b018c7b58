-- option_chain: each option that counts, with its volatility and greeks.
-- Grain   one row per (snapshot_at, venue, symbol)
-- Inputs  int_options_valued
-- Window  snapshot_at
-- Reach   interval 33 day after
-- Slices  100000 options
select
    snapshot_at,
    venue,
    symbol,
    asset,
    expiry,
    strike,
    option_type,
    oi_base,
    oi_usd,
    volume_24h_base,
    mark_price,
    price,
    years,
    forward,
    forward_source,
    iv,
    iv_source,
    iv_reason,
    delta,
    delta_premium_adjusted,
    gamma,
    vega,
    theta,
    "value",
    premium_usd,
    gex_gross_usd,
    is_crossed,
    is_underlying_stale,
    observed_at,
    is_simulated
from int_options_valued
order by snapshot_at, venue, symbol
