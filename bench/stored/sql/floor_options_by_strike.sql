-- floor_options_by_strike: marts.options_by_strike as one query over nights that have no gaps.
-- Params  $since  timestamptz, first night
-- No future is there to price the coins, and every venue tells every night.
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
        end as change_7d
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

summed as (

    select
        snapshot_at,
        asset,
        coalesce(venue, 'ALL') as venue,
        expiry,
        strike,
        sum(oi_base) as oi_base,
        sum(oi_base) filter (where is_call) as call_oi_base,
        sum(oi_base) filter (where not is_call) as put_oi_base,
        sum(change_24h) filter (where is_call) as call_change_24h,
        sum(change_24h) filter (where not is_call) as put_change_24h,
        sum(change_7d) filter (where is_call) as call_change_7d,
        sum(change_7d) filter (where not is_call) as put_change_7d,
        sum(volume_24h_base) filter (where is_call) as call_volume_24h_base,
        sum(volume_24h_base) filter (where not is_call) as put_volume_24h_base,
        sum(oi_base) filter (where gex_gross_usd is not null) as greeks_base,
        sum(gex_gross_usd) as gross,
        sum(if(is_call, gex_gross_usd, -gex_gross_usd)) as net,
        sum(premium_usd) as premium,
        sum(oi_base) filter (where premium_usd is not null) as premium_base,
        any_value(price) as price,
        bool_or(is_simulated) as is_simulated
    from told
    group by grouping sets (
        (snapshot_at, asset, expiry, strike, venue), (snapshot_at, asset, expiry, strike)
    )

),

strikes as (

    select
        snapshot_at,
        asset,
        venue,
        strike,
        cast(
            row_number() over (
                partition by snapshot_at, asset, venue order by sum(oi_base) desc, strike asc
            ) as integer
        ) as strike_rank
    from summed
    group by snapshot_at, asset, venue, strike

)

select
    summed.snapshot_at,
    summed.asset,
    summed.venue,
    summed.expiry,
    summed.strike,
    summed.call_oi_base,
    summed.put_oi_base,
    summed.call_change_24h,
    summed.put_change_24h,
    summed.call_change_7d,
    summed.put_change_7d,
    summed.call_volume_24h_base,
    summed.put_volume_24h_base,
    case when coalesce(summed.greeks_base, 0) >= 0.9 * summed.oi_base then summed.gross end
        as gex_gross_usd,
    case when coalesce(summed.greeks_base, 0) >= 0.9 * summed.oi_base then summed.net end
        as gex_net_naive_usd,
    case when coalesce(summed.premium_base, 0) >= 0.9 * summed.oi_base then summed.premium end
        as premium_usd,
    summed.price,
    100 * (summed.strike / summed.price - 1) as distance_pct,
    strikes.strike_rank,
    summed.is_simulated
from summed
inner join strikes
    using (snapshot_at, asset, venue, strike)
order by summed.snapshot_at, summed.asset, summed.venue, summed.expiry, summed.strike
