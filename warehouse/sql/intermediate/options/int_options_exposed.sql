-- int_options_exposed: exposures where volatility is known of enough of what is open.
-- Grain   one row per (snapshot_at, asset, venue, expiry) that the marts have; expiry is null for
--         all expiries, venue ALL for all venues
-- Inputs  int_options_placed, int_options_totalled, int_options_exposures
-- A net without half of its puts has the wrong sign: where greeks are known of too little, none of
-- the figures is given, and flip_reason says so.
select
    placed.snapshot_at,
    placed.asset,
    placed.venue,
    placed.expiry,
    exposures.gex_gross_usd,
    exposures.gex_net_naive_usd,
    exposures.gex_net_short_all_usd,
    exposures.dex_base,
    exposures.gamma_flip,
    exposures.flip_low,
    exposures.flip_high,
    case
        when not placed.published then 'withheld'
        when totals.has_greeks then exposures.flip_reason
        when totals.asset is null then 'no option counts'
        else 'volatility of too little known'
    end as flip_reason
from int_options_placed as placed
left join int_options_totalled as totals
    on
        placed.snapshot_at = totals.snapshot_at
        and placed.asset = totals.asset
        and placed.venue = totals.venue
        and placed.expiry is not distinct from totals.expiry
left join int_options_exposures as exposures
    on
        totals.has_greeks
        and placed.snapshot_at = exposures.snapshot_at
        and placed.asset = exposures.asset
        and placed.venue = exposures.venue
        and placed.expiry is not distinct from exposures.expiry
