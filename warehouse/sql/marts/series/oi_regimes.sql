-- oi_regimes: who acted, read from price and coin open interest together.
-- Grain   one row per (bar_at, horizon, asset); futures only; 1h and 4h where either change is
--         known
-- Inputs  int_regime_statistics, int_regime_trends, int_regime_liquidations,
--         marts.oi_pre_events
-- Params  $since                 timestamptz, first instant of the window
--         $until                 timestamptz, last instant of the window
--         $price_band_pct        double, dead-band of the price, percent
--         $oi_band_pct           double, dead-band of open interest, percent
--         $squeeze_z             double, standard deviations that make a jump
--         $squeeze_minimum_bars  integer, least number of earlier bars that deviations need
--         $pre_event_z           double, standard deviations that make a build-up
-- Window  bar_at
-- Reach   to_days(greatest($squeeze_days, 30) + 2) after, interval 1 hour before
-- Slices  250000 rows of marts.oi_by_asset
with

events as (

    select
        measured_at,
        asset,
        arg_max(z, (abs(z), event_type)) as z
    from marts.oi_pre_events
    where
        z is not null
        and measured_at between $since and $until
    group by all

),

scored as (

    select
        *,
        case when n >= $squeeze_minimum_bars then price_change_pct / nullif(price_sd, 0) end
            as price_z,
        case when n >= $squeeze_minimum_bars then oi_change_pct / nullif(oi_sd, 0) end as oi_z
    from int_regime_statistics

)

select
    scored.bar_at,
    scored.horizon,
    scored.asset,
    scored.price_change_pct,
    scored.oi_change_pct,
    core.price_oi_cell(
        scored.price_change_pct, scored.oi_change_pct, $price_band_pct, $oi_band_pct
    ) as cell,
    case
        when not scored.is_trend_known then null
        else core.exhaustion_label(trends.price_t, trends.oi_t)
    end as exhaustion,
    case
        when scored.horizon <> '24h' or events.z is null then null
        when events.z >= $pre_event_z then 'build_up'
        when events.z <= -$pre_event_z then 'unwind'
        else 'none'
    end as pre_event,
    core.squeeze_label(
        scored.price_z,
        scored.oi_z,
        liquidations.short_usd
        / nullif(liquidations.short_usd + liquidations.long_usd, 0),
        $squeeze_z
    ) as squeeze,
    scored.is_simulated
from scored
left join int_regime_trends as trends
    using (bar_at, horizon, asset)
left join int_regime_liquidations as liquidations
    using (bar_at, horizon, asset)
left join events
    on
        scored.bar_at = events.measured_at
        and scored.asset = events.asset
where
    scored.horizon = '24h'
    or scored.price_change_pct is not null
    or scored.oi_change_pct is not null
order by
    scored.bar_at asc,
    scored.horizon asc,
    scored.asset asc
