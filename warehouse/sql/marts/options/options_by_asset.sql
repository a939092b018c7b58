-- options_by_asset: what is open in options of one asset, and what that rests on.
-- Grain   one row per (snapshot_at, asset, venue)
-- Inputs  int_options_placed, int_options_totalled, int_options_horizons, int_options_exposed,
--         int_options_realised
-- Window  snapshot_at
-- Reach   interval 33 day after
-- Slices  100000 options
with

ahead as (

    select
        snapshot_at,
        asset,
        venue,
        core.exact_sum(case when expiry <= snapshot_at + interval 168 hour then oi_base else 0 end)
            as expiring_7d_base,
        min(expiry) filter (where oi_base > 0) as next_expiry
    from int_options_totalled
    where expiry is not null
    group by snapshot_at, asset, venue

)

select
    placed.snapshot_at,
    placed.asset,
    placed.venue,
    totals.oi_base,
    totals.oi_usd,
    totals.call_oi_base,
    totals.put_oi_base,
    totals.call_volume_24h_base,
    totals.put_volume_24h_base,
    totals.put_call_ratio,
    totals.put_call_ratio_volume,
    totals.put_call_ratio_otm,
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
    ahead.expiring_7d_base / nullif(totals.oi_base, 0) as share_expiring_7d,
    ahead.next_expiry,
    case when placed.published then horizons.atm_iv_7d end as atm_iv_7d,
    case when placed.published then horizons.atm_iv_30d end as atm_iv_30d,
    case when placed.published then horizons.atm_iv_90d end as atm_iv_90d,
    case when placed.published then horizons.risk_reversal_25d_30d end as risk_reversal_25d_30d,
    case when placed.published then horizons.butterfly_25d_30d end as butterfly_25d_30d,
    realised.realised_vol_30d,
    realised.realised_days,
    case when placed.published then horizons.atm_iv_30d end - realised.realised_vol_30d
        as iv_minus_realised_30d,
    placed.price,
    placed.options_told,
    placed.options_counted,
    placed.options_zero,
    placed.options_expired,
    placed.options_stale,
    placed.options_suspect,
    placed.options_left_out,
    placed.options_without_interest,
    placed.options_terms_unknown,
    placed.options_crossed,
    placed.options_stale_underlying,
    placed.options_without_iv,
    placed.coverage,
    placed.published,
    placed.withheld_reason,
    placed.is_simulated
from int_options_placed as placed
left join int_options_totalled as totals
    on
        placed.snapshot_at = totals.snapshot_at
        and placed.asset = totals.asset
        and placed.venue = totals.venue
        and totals.expiry is null
left join ahead
    on
        placed.snapshot_at = ahead.snapshot_at
        and placed.asset = ahead.asset
        and placed.venue = ahead.venue
left join int_options_horizons as horizons
    on
        placed.snapshot_at = horizons.snapshot_at
        and placed.asset = horizons.asset
        and placed.venue = horizons.venue
left join int_options_exposed as exposed
    on
        placed.snapshot_at = exposed.snapshot_at
        and placed.asset = exposed.asset
        and placed.venue = exposed.venue
        and exposed.expiry is null
left join int_options_realised as realised
    on
        placed.snapshot_at = realised.snapshot_at
        and placed.asset = realised.asset
where placed.expiry is null
order by placed.snapshot_at, placed.asset, placed.venue
