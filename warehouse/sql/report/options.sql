-- options: what is open in options of each asset, and its next large expiry, most first.
-- Grain   one row per asset
-- Inputs  marts.oi_by_asset, marts.options_by_asset, marts.options_by_expiry
-- Params  $snapshot_at
-- Also assets of which options were told in the 48 hours before, and none now. They are ordered by
-- the most that was open in that time, so that a missing venue moves none. The next large expiry is
-- the first that holds a tenth of what is open; where none does, the fullest.
with

recent as (

    select
        asset,
        max(oi_usd) as most_usd
    from marts.oi_by_asset
    where
        kind_group = 'options'
        and snapshot_at <= $snapshot_at
        and snapshot_at > $snapshot_at - interval 48 hour
    group by asset

),

large as (

    select
        asset,
        expiry,
        oi_base,
        oi_usd,
        put_call_ratio,
        max_pain,
        max_pain_high,
        max_pain_distance_pct
    from marts.options_by_expiry
    where
        snapshot_at = $snapshot_at
        and venue = 'ALL'
        and oi_base > 0
    qualify row_number() over (
        partition by asset
        order by
            oi_share >= 0.1 desc,
            if(oi_share >= 0.1, expiry, null),
            oi_base desc,
            expiry
    ) = 1

)

select
    recent.asset,
    coalesce(options.published, false) as published,
    case
        when options.asset is null then 'no exchange told of its options at this snapshot'
        else options.withheld_reason
    end as withheld_reason,
    options.coverage,
    options.oi_base,
    options.oi_usd,
    options.change_24h_base,
    options.put_call_ratio,
    large.expiry,
    large.oi_base as expiry_oi_base,
    large.oi_usd as expiry_oi_usd,
    large.put_call_ratio as expiry_put_call_ratio,
    large.max_pain,
    large.max_pain_high,
    large.max_pain_distance_pct,
    options.share_expiring_7d,
    options.atm_iv_30d,
    options.risk_reversal_25d_30d,
    options.realised_vol_30d,
    options.realised_days,
    options.iv_minus_realised_30d,
    options.gex_gross_usd,
    options.gex_net_naive_usd,
    options.gex_net_short_all_usd,
    options.gamma_flip,
    options.flip_reason,
    options.dex_base,
    options.greeks_covered_share,
    options.options_told,
    options.options_counted,
    options.options_zero,
    options.options_expired,
    options.options_stale,
    options.options_suspect,
    options.options_left_out,
    options.options_without_interest,
    options.options_terms_unknown,
    options.options_crossed,
    options.options_stale_underlying,
    options.options_without_iv
from recent
left join marts.options_by_asset as options
    on
        recent.asset = options.asset
        and options.snapshot_at = $snapshot_at
        and options.venue = 'ALL'
left join large
    on recent.asset = large.asset
order by
    recent.most_usd desc,
    recent.asset
