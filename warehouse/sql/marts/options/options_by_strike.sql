-- options_by_strike: open interest of options at one strike of one expiry.
-- Grain   one row per (snapshot_at, asset, venue, expiry, strike)
-- Inputs  int_options_laddered, int_options_priced
-- Params  $minimum_coverage  double, what is known of less than this part is withheld, 0 to 1
-- Window  snapshot_at
-- Reach   interval 33 day after
-- Slices  100000 options
with

strikes as (

    select
        snapshot_at,
        asset,
        venue,
        strike,
        cast(
            row_number() over (
                partition by snapshot_at, asset, venue
                order by core.exact_sum(oi_base) desc, strike asc
            ) as integer
        ) as strike_rank
    from int_options_laddered
    group by snapshot_at, asset, venue, strike

)

select
    ladder.snapshot_at,
    ladder.asset,
    ladder.venue,
    ladder.expiry,
    ladder.strike,
    ladder.call_oi_base,
    ladder.put_oi_base,
    ladder.call_change_24h,
    ladder.put_change_24h,
    ladder.call_change_7d,
    ladder.put_change_7d,
    ladder.call_volume_24h_base,
    ladder.put_volume_24h_base,
    case
        when core.is_known_of(ladder.greeks_base, ladder.oi_base, $minimum_coverage)
            then ladder.gex_gross_usd
    end as gex_gross_usd,
    case
        when core.is_known_of(ladder.greeks_base, ladder.oi_base, $minimum_coverage)
            then ladder.gex_net_naive_usd
    end as gex_net_naive_usd,
    case
        when core.is_known_of(ladder.premium_base, ladder.oi_base, $minimum_coverage)
            then ladder.premium_usd
    end as premium_usd,
    priced.price,
    100 * (ladder.strike / nullif(priced.price, 0) - 1) as distance_pct,
    strikes.strike_rank,
    ladder.is_simulated
from int_options_laddered as ladder
inner join strikes
    using (snapshot_at, asset, venue, strike)
left join int_options_priced as priced
    using (snapshot_at, asset, venue)
order by ladder.snapshot_at, ladder.asset, ladder.venue, ladder.expiry, ladder.strike
