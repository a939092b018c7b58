-- int_imbalance_measures: who leans which way, at each snapshot and on each day before.
-- Grain   one row per (snapshot_at, asset): the window, and the last snapshot of each UTC day
--         of the 90 before; published totals only
-- Inputs  marts.oi_by_asset, marts.oi_by_venue, marts.liquidation_map, core.positioning,
--         marts.oi_imbalance (earlier)
-- Params  $since  timestamptz, first instant of the window
--         $until  timestamptz, last instant of the window
-- A figure counts for two hours; of several periods at one time the hour is taken. Venues are
-- weighted by their open interest in the asset, a venue's symbols equally. Of a bin of the
-- map that reaches beyond 5 percent from the price, the part within counts.
with

day_ends as (

    select max(snapshot_at) as snapshot_at
    from marts.oi_by_asset
    where
        snapshot_at >= core.bar_start('1d', $since) - interval 90 day
        and snapshot_at < core.bar_start('1d', $until)
    group by epoch_us(snapshot_at) // 86400000000

),

-- Days before the window whose measures the mart holds already: read there, not made again.
built_days as (

    select snapshot_at
    from day_ends
    where
        snapshot_at < $since
        and snapshot_at in (
            select built.snapshot_at
            from marts.oi_imbalance as built
            where
                built.snapshot_at >= core.bar_start('1d', $since) - interval 90 day
                and built.snapshot_at < $since
        )

),

instants as (

    select distinct snapshot_at
    from marts.oi_by_asset
    where snapshot_at between $since and $until
    union
    select snapshot_at
    from day_ends
    where snapshot_at not in (select built_days.snapshot_at from built_days)

),

totals as (

    select
        totals.snapshot_at,
        totals.asset,
        totals.funding_8h_oi_weighted as funding_8h,
        totals.basis_pct,
        totals.price,
        totals.oi_base
        * totals.change_1h_pct / nullif(100 + totals.change_1h_pct, 0) as oi_change_base,
        totals.is_simulated
    from marts.oi_by_asset as totals
    inner join instants
        on totals.snapshot_at = instants.snapshot_at
    where
        totals.kind_group = 'futures'
        and totals.published
        and totals.snapshot_at >= core.bar_start('1d', $since) - interval 90 day
        and totals.snapshot_at <= $until

),

hours as (

    select
        instants.snapshot_at,
        instants.snapshot_at - interval 2 hour as after_at,
        epoch_us(instants.snapshot_at) // 3600000000 - back.hours as hour
    from instants
    cross join (values (0), (1), (2)) as back (hours)

),

-- Ranked by a number: DuckDB is slow to compare rows.
periods as (

    select
        period,
        row_number() over (order by period = '1h' asc, period asc) as period_rank
    from (
        select distinct known.period
        from core.positioning as known
        where
            known."at" >= core.bar_start('1d', $since) - interval 91 day
            and known."at" <= $until
    ) as listed

),

series as (

    select
        venue,
        symbol,
        asset,
        measure,
        row_number() over () as series
    from (
        select distinct
            known.venue,
            known.symbol,
            known.asset,
            known.measure
        from core.positioning as known
        where
            known."at" >= core.bar_start('1d', $since) - interval 91 day
            and known."at" <= $until
    ) as listed

),

-- Materialised: each reading counts at many snapshots, and is numbered and worked out once.
readings as materialized (

    select
        series.series,
        seen."at",
        epoch_us(seen."at") // 3600000000 as hour,
        epoch_us(seen."at") * 1000 + periods.period_rank as place,
        core.imbalance(seen.long_share, seen.short_share) as leaning
    from core.positioning as seen
    inner join series
        using (venue, symbol, asset, measure)
    inner join periods
        on seen.period = periods.period
    where
        seen.superseded_at is null
        and seen."at" >= core.bar_start('1d', $since) - interval 91 day
        and seen."at" <= $until

),

latest as (

    select
        hours.snapshot_at,
        readings.series,
        arg_max(readings.leaning, readings.place) as leaning
    from readings
    inner join hours
        on readings.hour = hours.hour
    where
        readings."at" <= hours.snapshot_at
        and readings."at" > hours.after_at
    group by hours.snapshot_at, readings.series

),

by_venue as (

    select
        latest.snapshot_at,
        series.venue,
        series.asset,
        core.mean_of(series.measure, 'account', latest.leaning) as accounts,
        core.mean_of(series.measure, 'top_position', latest.leaning) as top_positions,
        core.mean_of(series.measure, 'top_account', latest.leaning) as top_accounts,
        core.mean_of(series.measure, 'taker', latest.leaning) as taker
    from latest
    inner join series
        on latest.series = series.series
    group by latest.snapshot_at, series.venue, series.asset

),

weighed as (

    select
        by_venue.*,
        venues.oi_usd
    from by_venue
    inner join marts.oi_by_venue as venues
        using (snapshot_at, asset, venue)
    where
        venues.kind_group = 'futures'
        and venues.snapshot_at >= core.bar_start('1d', $since) - interval 90 day
        and venues.snapshot_at <= $until

),

measured as (

    select
        snapshot_at,
        asset,
        core.weighted(accounts, oi_usd) as accounts,
        coalesce(
            core.weighted(top_positions, oi_usd), core.weighted(top_accounts, oi_usd)
        ) as top,
        core.weighted(taker, oi_usd) as taker
    from weighed
    group by snapshot_at, asset

),

within as (

    select
        map.snapshot_at,
        map.asset,
        map.side,
        map.usd
        * greatest(
            least(map.price_high, 1.05 * totals.price)
            - greatest(map.price_low, 0.95 * totals.price),
            0
        )
        / (map.price_high - map.price_low) as usd
    from marts.liquidation_map as map
    inner join totals
        using (snapshot_at, asset)
    where
        map.venue = 'ALL'
        and map.prior = 'calibrated'
        and map.price_high > map.price_low
        and map.snapshot_at >= core.bar_start('1d', $since) - interval 90 day
        and map.snapshot_at <= $until

),

vulnerable as (

    select
        snapshot_at,
        asset,
        core.imbalance(
            coalesce(core.exact_sum(case when side = 'long' then usd end), 0),
            coalesce(core.exact_sum(case when side = 'short' then usd end), 0)
        ) as vulnerability
    from within
    group by all

)

select
    totals.snapshot_at,
    totals.asset,
    totals.funding_8h,
    totals.basis_pct,
    totals.oi_change_base,
    totals.is_simulated,
    epoch_us(totals.snapshot_at) // 86400000000 as day,
    day_ends.snapshot_at is not null as is_day_end,
    measured.accounts,
    measured.top,
    measured.taker,
    vulnerable.vulnerability
from totals
left join day_ends
    on totals.snapshot_at = day_ends.snapshot_at
left join measured
    on
        totals.snapshot_at = measured.snapshot_at
        and totals.asset = measured.asset
left join vulnerable
    on
        totals.snapshot_at = vulnerable.snapshot_at
        and totals.asset = vulnerable.asset
union all
select
    totals.snapshot_at,
    totals.asset,
    totals.funding_8h_oi_weighted as funding_8h,
    totals.basis_pct,
    cast(null as double) as oi_change_base,
    totals.is_simulated,
    epoch_us(totals.snapshot_at) // 86400000000 as day,
    true as is_day_end,
    built.account_imbalance as accounts,
    built.top_imbalance as top,
    built.taker_imbalance as taker,
    built.vulnerability_imbalance as vulnerability
from marts.oi_by_asset as totals
inner join marts.oi_imbalance as built
    using (snapshot_at, asset)
inner join built_days
    on totals.snapshot_at = built_days.snapshot_at
where
    totals.kind_group = 'futures'
    and totals.published
    and totals.snapshot_at >= core.bar_start('1d', $since) - interval 90 day
    and totals.snapshot_at < $since
    and built.snapshot_at >= core.bar_start('1d', $since) - interval 90 day
    and built.snapshot_at < $since
