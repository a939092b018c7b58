-- int_regime_liquidations: which side was liquidated while price and open interest jumped.
-- Grain   one row per (bar_at, horizon, asset) with a jump and with liquidations seen
-- Inputs  int_regime_statistics, core.liquidations
-- Params  $squeeze_z  double, standard deviations that make a jump
with

jumps as (

    select
        bar_at,
        horizon,
        asset
    from int_regime_statistics
    where
        abs(price_change_pct / nullif(price_sd, 0)) >= $squeeze_z
        and oi_change_pct / nullif(oi_sd, 0) <= -$squeeze_z

)

select
    jumps.bar_at,
    jumps.horizon,
    jumps.asset,
    coalesce(core.exact_sum(case when seen.side = 'short' then seen.usd end), 0) as short_usd,
    coalesce(core.exact_sum(case when seen.side = 'long' then seen.usd end), 0) as long_usd
from jumps
inner join core.liquidations as seen
    on
        jumps.asset = seen.asset
        and seen."at" > jumps.bar_at - to_microseconds(core.bar_us(jumps.horizon))
        and jumps.bar_at >= seen."at"
where seen.superseded_at is null and seen.usd is not null
group by all
