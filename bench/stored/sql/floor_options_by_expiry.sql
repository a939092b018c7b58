-- floor_options_by_expiry: marts.options_by_expiry as one query over nights that have no gaps, but
-- for what is no sum: smiles, exposures and flips.
-- Params  $since  timestamptz, first night
-- Max pain is that of all pairs of strikes, as it is defined.
with

told as (

    select
        chain.*,
        chain.option_type = 'call' as is_call,
        case
            when chain.snapshot_at >= $since + interval 24 hour
                then chain.oi_base - coalesce(day.oi_base, 0)
        end as change_24h,
        case
            when chain.snapshot_at >= $since + interval 168 hour
                then chain.oi_base - coalesce(week.oi_base, 0)
        end as change_7d,
        coalesce(chain.forward, chain.price) as money
    from marts.option_chain as chain
    left join marts.option_chain as day
        on
            chain.venue = day.venue
            and chain.symbol = day.symbol
            and chain.snapshot_at - interval 24 hour = day.snapshot_at
    left join marts.option_chain as week
        on
            chain.venue = week.venue
            and chain.symbol = week.symbol
            and chain.snapshot_at - interval 168 hour = week.snapshot_at

),

ladder as (

    select
        snapshot_at,
        asset,
        coalesce(venue, 'ALL') as venue,
        expiry,
        strike,
        sum(oi_base) filter (where is_call) as calls,
        sum(oi_base) filter (where not is_call) as puts,
        sum(oi_usd) as oi_usd,
        sum(volume_24h_base) filter (where is_call) as call_volume,
        sum(volume_24h_base) filter (where not is_call) as put_volume,
        coalesce(sum(oi_base) filter (where is_call and strike > money), 0) as otm_calls,
        coalesce(sum(oi_base) filter (where not is_call and strike < money), 0) as otm_puts,
        sum(change_24h) as change_24h,
        sum(change_7d) as change_7d,
        sum(premium_usd) as premium,
        coalesce(sum(oi_base) filter (where premium_usd is not null), 0) as premium_base,
        coalesce(sum(oi_base) filter (where gex_gross_usd is not null), 0) as greeks_base,
        any_value(price) as price,
        bool_or(is_simulated) as is_simulated
    from told
    group by grouping sets (
        (snapshot_at, asset, expiry, strike, venue), (snapshot_at, asset, expiry, strike)
    )

),

pains as (

    select
        at_strike.snapshot_at,
        at_strike.asset,
        at_strike.venue,
        at_strike.expiry,
        at_strike.strike,
        sum(
            paid.calls * greatest(at_strike.strike - paid.strike, 0)
            + paid.puts * greatest(paid.strike - at_strike.strike, 0)
        ) as pain
    from ladder as at_strike
    inner join ladder as paid
        using (snapshot_at, asset, venue, expiry)
    group by all

),

pained as (

    select
        snapshot_at,
        asset,
        venue,
        expiry,
        min_by(strike, (pain, strike)) as max_pain,
        min_by(strike, (pain, -strike)) as max_pain_high,
        min_by(strike, (pain / strike, strike)) as max_pain_coin
    from pains
    group by all

),

summed as (

    select
        snapshot_at,
        asset,
        venue,
        expiry,
        sum(calls) as call_oi_base,
        sum(puts) as put_oi_base,
        sum(calls + puts) as oi_base,
        sum(oi_usd) as oi_usd,
        sum(call_volume) as call_volume_24h_base,
        sum(put_volume) as put_volume_24h_base,
        sum(otm_calls) as otm_calls,
        sum(otm_puts) as otm_puts,
        sum(calls * strike) / sum(calls) as call_centre,
        sum(puts * strike) / sum(puts) as put_centre,
        sum(change_24h) as change_24h_base,
        sum(change_7d) as change_7d_base,
        sum(premium) as premium,
        sum(premium_base) / sum(calls + puts) as premium_covered_share,
        sum(greeks_base) / sum(calls + puts) as greeks_covered_share,
        any_value(price) as price,
        bool_or(is_simulated) as is_simulated
    from ladder
    group by all

)

select
    summed.snapshot_at,
    summed.asset,
    summed.venue,
    summed.expiry,
    date_diff('microsecond', summed.snapshot_at, summed.expiry) / 86400e6 as days_to_expiry,
    summed.oi_base,
    summed.oi_usd,
    summed.oi_base / sum(summed.oi_base) over (
        partition by summed.snapshot_at, summed.asset, summed.venue
    ) as oi_share,
    summed.call_oi_base,
    summed.put_oi_base,
    summed.call_volume_24h_base,
    summed.put_volume_24h_base,
    summed.put_oi_base / summed.call_oi_base as put_call_ratio,
    summed.put_volume_24h_base / summed.call_volume_24h_base as put_call_ratio_volume,
    summed.otm_puts / nullif(summed.otm_calls, 0) as put_call_ratio_otm,
    (summed.otm_calls - summed.otm_puts) / nullif(summed.otm_calls + summed.otm_puts, 0) as oi_skew,
    summed.call_centre,
    summed.put_centre,
    summed.change_24h_base,
    summed.change_7d_base,
    case when summed.premium_covered_share >= 0.9 then summed.premium end as premium_usd,
    summed.premium_covered_share,
    summed.greeks_covered_share,
    pained.max_pain,
    pained.max_pain_high,
    pained.max_pain_coin,
    100 * case
        when summed.price < pained.max_pain then pained.max_pain / summed.price - 1
        when summed.price > pained.max_pain_high then pained.max_pain_high / summed.price - 1
        else 0
    end as max_pain_distance_pct,
    summed.price,
    true as published,
    summed.is_simulated
from summed
inner join pained
    using (snapshot_at, asset, venue, expiry)
order by summed.snapshot_at, summed.asset, summed.venue, summed.expiry
