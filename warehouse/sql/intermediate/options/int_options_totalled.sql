-- int_options_totalled: what is open over the strikes of an expiry, and over all expiries.
-- Grain   one row per (snapshot_at, asset, venue, expiry); expiry is null for all of them
-- Inputs  int_options_laddered, int_options_priced
-- Params  $minimum_coverage  double, what is known of less than this part is withheld, 0 to 1
with

priced as (

    select
        ladder.*,
        priced.price,
        coalesce(
            ladder.call_change_24h + ladder.put_change_24h, ladder.call_change_24h,
            ladder.put_change_24h
        ) as change_24h,
        coalesce(
            ladder.call_change_7d + ladder.put_change_7d, ladder.call_change_7d,
            ladder.put_change_7d
        ) as change_7d
    from int_options_laddered as ladder
    left join int_options_priced as priced
        using (snapshot_at, asset, venue)

),

summed as (

    select
        snapshot_at,
        asset,
        venue,
        expiry,
        any_value(price) as price,
        core.exact_sum(oi_base) as oi_base,
        core.exact_sum(call_oi_base) as call_oi_base,
        core.exact_sum(put_oi_base) as put_oi_base,
        core.exact_sum(oi_usd) as oi_usd,
        core.exact_sum(call_volume_24h_base) as call_volume_24h_base,
        core.exact_sum(put_volume_24h_base) as put_volume_24h_base,
        core.exact_sum(change_24h) as change_24h_base,
        core.exact_sum(change_7d) as change_7d_base,
        core.exact_sum(call_otm_base) as call_otm_base,
        core.exact_sum(put_otm_base) as put_otm_base,
        core.exact_sum(call_oi_base * strike) as call_moment,
        core.exact_sum(put_oi_base * strike) as put_moment,
        core.exact_sum(premium_usd) as premium_usd,
        core.exact_sum(premium_base) as premium_base,
        core.exact_sum(greeks_base) as greeks_base,
        bool_or(is_simulated) as is_simulated
    from priced
    group by grouping sets (
        (snapshot_at, asset, venue, expiry),
        (snapshot_at, asset, venue)
    )

)

select
    snapshot_at,
    asset,
    venue,
    expiry,
    price,
    oi_base,
    oi_usd,
    call_oi_base,
    put_oi_base,
    call_volume_24h_base,
    put_volume_24h_base,
    put_oi_base / nullif(call_oi_base, 0) as put_call_ratio,
    put_volume_24h_base / nullif(call_volume_24h_base, 0) as put_call_ratio_volume,
    put_otm_base / nullif(call_otm_base, 0) as put_call_ratio_otm,
    (call_otm_base - put_otm_base) / nullif(call_otm_base + put_otm_base, 0) as oi_skew,
    call_moment / nullif(call_oi_base, 0) as call_centre,
    put_moment / nullif(put_oi_base, 0) as put_centre,
    change_24h_base,
    change_7d_base,
    case when core.is_known_of(premium_base, oi_base, $minimum_coverage) then premium_usd end
        as premium_usd,
    coalesce(premium_base, 0) / nullif(oi_base, 0) as premium_covered_share,
    coalesce(greeks_base, 0) / nullif(oi_base, 0) as greeks_covered_share,
    core.is_known_of(greeks_base, oi_base, $minimum_coverage) as has_greeks,
    is_simulated
from summed
