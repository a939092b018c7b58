-- int_options_laddered: what is open at each strike of each expiry.
-- Grain   one row per (snapshot_at, asset, venue, expiry, strike); venue ALL is the sum, where the
--         total of the asset's options is published
-- Inputs  marts.option_chain, int_options_changed, int_options_gated, int_options_priced
-- Params  $since  timestamptz, first instant of the window
--         $until  timestamptz, last instant of the window
-- Sums are exact, so that nothing depends on the order of the rows. premium_base and greeks_base
-- are the open interest whose premium, or volatility, is known. Out of the money (otm) are calls
-- above the forward of their expiry and puts below it, at it is neither; where no forward is known,
-- it is by the price.
with

options as (

    select
        chain.snapshot_at,
        chain.asset,
        chain.venue,
        chain.expiry,
        chain.strike,
        chain.option_type = 'call' as is_call,
        chain.oi_base,
        chain.oi_usd,
        chain.volume_24h_base,
        chain.premium_usd,
        chain.gex_gross_usd,
        chain.is_simulated,
        sign(chain.strike - coalesce(chain.forward, priced.price)) as above_money,
        case when chain.premium_usd is not null then chain.oi_base end as premium_base,
        case when chain.gex_gross_usd is not null then chain.oi_base end as greeks_base,
        changed.change_24h,
        changed.change_7d
    from marts.option_chain as chain
    left join int_options_changed as changed
        using (snapshot_at, venue, symbol)
    left join int_options_priced as priced
        using (snapshot_at, asset, venue)
    where chain.snapshot_at between $since and $until

),

summed as (

    select
        snapshot_at,
        asset,
        coalesce(venue, 'ALL') as venue,
        expiry,
        strike,
        core.exact_sum(oi_base) as oi_base,
        core.exact_sum(case when is_call then oi_base else 0 end) as call_oi_base,
        core.exact_sum(case when is_call then 0 else oi_base end) as put_oi_base,
        core.exact_sum(case when is_call then oi_base * greatest(above_money, 0) else 0 end)
            as call_otm_base,
        core.exact_sum(case when is_call then 0 else oi_base * greatest(-above_money, 0) end)
            as put_otm_base,
        core.exact_sum(oi_usd) as oi_usd,
        core.exact_sum(case when is_call then volume_24h_base end) as call_volume_24h_base,
        core.exact_sum(case when not is_call then volume_24h_base end) as put_volume_24h_base,
        core.exact_sum(case when is_call then change_24h end) as call_change_24h,
        core.exact_sum(case when not is_call then change_24h end) as put_change_24h,
        core.exact_sum(case when is_call then change_7d end) as call_change_7d,
        core.exact_sum(case when not is_call then change_7d end) as put_change_7d,
        core.exact_sum(premium_usd) as premium_usd,
        core.exact_sum(premium_base) as premium_base,
        core.exact_sum(gex_gross_usd) as gex_gross_usd,
        core.exact_sum(case when is_call then gex_gross_usd else -gex_gross_usd end)
            as gex_net_naive_usd,
        core.exact_sum(greeks_base) as greeks_base,
        bool_or(is_simulated) as is_simulated
    from options
    group by grouping sets (
        (snapshot_at, asset, expiry, strike, venue),
        (snapshot_at, asset, expiry, strike)
    )

)

select summed.*
from summed
left join int_options_gated as gated
    using (snapshot_at, asset)
where summed.venue <> 'ALL' or gated.published
