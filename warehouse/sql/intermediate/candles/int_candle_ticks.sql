-- int_candle_ticks: synchronous ticks of each venue and of all venues, with the path so far.
-- Grain   one row per (at_us, group_id, venue_id, is_opened); venue_id 0 is the sum of all venues
-- Inputs  int_candle_steps, int_instruments_numbered, marts.oi_by_asset
-- Params  $since  timestamptz, first instant of the window
--         $until  timestamptz, last instant of the window
-- A total that is not published still carries its steps, but is no tick of a candle.
with

assets as (

    select distinct
        group_id,
        asset
    from int_instruments_numbered
    where kind_group = 'futures'

),

published as (

    select
        epoch_us(totals.snapshot_at) as at_us,
        assets.group_id
    from marts.oi_by_asset as totals
    inner join assets
        on totals.asset = assets.asset
    where
        totals.kind_group = 'futures'
        and totals.published
        and totals.snapshot_at
        between core.bar_start('1d', $since) - interval 24 hour and $until

),

totals as (

    select
        at_us,
        group_id,
        0 as venue_id,
        is_opened,
        sum(units) as units,
        core.exact_sum(oi_usd) as oi_usd,
        sum(step_5m) as step_5m,
        sum(step_1h) as step_1h,
        sum(step_4h) as step_4h,
        sum(step_1d) as step_1d,
        bool_or(is_simulated) as is_simulated
    from int_candle_steps
    group by all

),

ticks as (

    select
        *,
        true as is_used
    from int_candle_steps
    union all by name
    select
        totals.*,
        published.at_us is not null as is_used
    from totals
    left join published
        using (at_us, group_id)

)

select
    *,
    sum(step_5m) over series as path_5m,
    sum(step_1h) over series as path_1h,
    sum(step_4h) over series as path_4h,
    sum(step_1d) over series as path_1d
from ticks
window series as (partition by group_id, venue_id, is_opened order by at_us)
