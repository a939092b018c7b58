-- options_futures: dated futures against their index, soonest first.
-- Grain   one row per venue and symbol
-- Inputs  marts.term_structure
-- Params  $snapshot_at
select
    asset,
    venue,
    symbol,
    expiry,
    days,
    basis_pct,
    basis_annualised_pct,
    oi_usd,
    reason
from marts.term_structure
where
    snapshot_at = $snapshot_at
    and (expiry is not null or reason = 'expiry unknown')
order by
    expiry nulls last,
    oi_usd desc,
    venue,
    symbol
