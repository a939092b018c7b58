-- options_expiries: what expires when, all venues together, and what it is worth; soonest first.
-- Grain   one row per expiry and asset
-- Inputs  marts.options_by_expiry
-- Params  $snapshot_at
select
    asset,
    expiry,
    days_to_expiry,
    oi_base,
    oi_usd,
    put_call_ratio,
    premium_usd,
    premium_covered_share,
    max_pain,
    max_pain_high,
    max_pain_distance_pct,
    atm_iv,
    risk_reversal_25d,
    smile_reason,
    gex_gross_usd,
    greeks_covered_share,
    published,
    withheld_reason
from marts.options_by_expiry
where
    snapshot_at = $snapshot_at
    and venue = 'ALL'
order by
    expiry,
    oi_usd desc nulls last,
    asset
