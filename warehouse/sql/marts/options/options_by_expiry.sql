-- options_by_expiry: what is open in options of one expiry, and where it is worth least.
-- Grain   one row per (snapshot_at, asset, venue, expiry)
-- Inputs  int_options_placed, int_options_totalled, int_options_pained, int_options_smiles,
--         int_options_exposed
-- Window  snapshot_at
-- Reach   interval 33 day after
-- Slices  100000 options
select
    placed.snapshot_at,
    placed.asset,
    placed.venue,
    placed.expiry,
    date_diff('microsecond', placed.snapshot_at, placed.expiry) / 86400e6 as days_to_expiry,
    totals.oi_base,
    totals.oi_usd,
    totals.oi_base / nullif(everything.oi_base, 0) as oi_share,
    totals.call_oi_base,
    totals.put_oi_base,
    totals.call_volume_24h_base,
    totals.put_volume_24h_base,
    totals.put_call_ratio,
    totals.put_call_ratio_volume,
    totals.put_call_ratio_otm,
    pained.max_pain,
    pained.max_pain_high,
    pained.max_pain_coin,
    100 * case
        when placed.price < pained.max_pain
            then pained.max_pain / nullif(placed.price, 0) - 1
        when placed.price > pained.max_pain_high
            then pained.max_pain_high / nullif(placed.price, 0) - 1
        when pained.max_pain is not null and placed.price > 0 then 0
    end as max_pain_distance_pct,
    totals.oi_skew,
    totals.call_centre,
    totals.put_centre,
    totals.change_24h_base,
    totals.change_7d_base,
    totals.premium_usd,
    totals.premium_covered_share,
    totals.greeks_covered_share,
    exposed.gex_gross_usd,
    exposed.gex_net_naive_usd,
    exposed.gex_net_short_all_usd,
    exposed.dex_base,
    exposed.gamma_flip,
    exposed.flip_low,
    exposed.flip_high,
    exposed.flip_reason,
    case when placed.published then smiles.forward end as forward,
    case when placed.published then smiles.atm_iv end as atm_iv,
    case when placed.published then smiles.risk_reversal_25d end as risk_reversal_25d,
    case when placed.published then smiles.butterfly_25d end as butterfly_25d,
    case when placed.published then smiles.smile_reason else 'withheld' end as smile_reason,
    placed.price,
    placed.published,
    placed.withheld_reason,
    placed.is_simulated
from int_options_placed as placed
left join int_options_totalled as totals
    on
        placed.snapshot_at = totals.snapshot_at
        and placed.asset = totals.asset
        and placed.venue = totals.venue
        and placed.expiry = totals.expiry
left join int_options_totalled as everything
    on
        placed.snapshot_at = everything.snapshot_at
        and placed.asset = everything.asset
        and placed.venue = everything.venue
        and everything.expiry is null
left join int_options_pained as pained
    on
        placed.snapshot_at = pained.snapshot_at
        and placed.asset = pained.asset
        and placed.venue = pained.venue
        and placed.expiry = pained.expiry
left join int_options_smiles as smiles
    on
        placed.snapshot_at = smiles.snapshot_at
        and placed.asset = smiles.asset
        and placed.venue = smiles.venue
        and placed.expiry = smiles.expiry
left join int_options_exposed as exposed
    on
        placed.snapshot_at = exposed.snapshot_at
        and placed.asset = exposed.asset
        and placed.venue = exposed.venue
        and placed.expiry = exposed.expiry
where placed.expiry is not null
order by placed.snapshot_at, placed.asset, placed.venue, placed.expiry
