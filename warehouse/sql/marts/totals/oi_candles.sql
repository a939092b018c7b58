-- oi_candles: open interest of futures as candles, per venue and over all venues.
-- Grain   one row per (bar_at, interval, asset, venue) with at least one observation
-- Inputs  int_candle_bars, int_candle_changes, int_instruments_numbered
-- Params  $since  timestamptz, first instant of the window; its bars are rebuilt from their start
-- Window  bar_at, whole bars
-- Slices  2500000 rows of core.open_interest
-- The close is what was open at the last tick; open, high and low are counted back from it by
-- the changes of instruments seen before, so a venue that comes or goes moves no candle. Those are
-- levels, in coins. The candle of change is of positions, which a price move alone leaves at 0: where
-- all contracts are linear, the same as of coins.
-- group_id follows the asset and venue_id the venue, ALL first.
with

assets as (

    select distinct
        group_id,
        asset
    from int_instruments_numbered

),

venues as (

    select distinct
        venue_id,
        venue
    from int_instruments_numbered
    union all
    select
        0 as venue_id,
        'ALL' as venue

),

opened as (

    select * from int_candle_bars
    where is_opened

)

select
    make_timestamptz(bars.bar_us) as bar_at,
    bars."interval",
    assets.asset,
    venues.venue,
    cast(bars.units - bars.last_step as double) / 1e10 as open,
    cast(bars.units - bars.last_step + bars.high as double) / 1e10 as high,
    cast(bars.units - bars.last_step + bars.low as double) / 1e10 as low,
    cast(bars.units as double) / 1e10 as close,
    bars.close_usd,
    cast(bars.last_step as double) / 1e10 as delta_base,
    cast(0 as double) as change_open,
    cast(coalesce(opened.high, bars.high) as double) / 1e10 as change_high,
    cast(coalesce(opened.low, bars.low) as double) / 1e10 as change_low,
    cast(coalesce(opened.last_step, bars.last_step) as double) / 1e10 as change_close,
    bars.n_obs,
    make_timestamptz(bars.close_us) as close_at,
    changes.change_pct,
    changes.change_usd,
    bars.is_simulated
from int_candle_bars as bars
inner join assets
    on bars.group_id = assets.group_id
inner join venues
    on bars.venue_id = venues.venue_id
left join opened
    on
        bars."interval" = opened."interval"
        and bars.bar_us = opened.bar_us
        and bars.group_id = opened.group_id
        and bars.venue_id = opened.venue_id
left join int_candle_changes as changes
    on
        bars.close_us = changes.close_us
        and bars.previous_us = changes.previous_us
        and bars.group_id = changes.group_id
        and bars.venue_id = changes.venue_id
where
    not bars.is_opened
    and bars.bar_us >= epoch_us(core.bar_start(bars."interval", $since))
order by
    bars.bar_us asc,
    bars."interval" asc,
    bars.group_id asc,
    bars.venue_id asc
