-- int_imbalance_measures: who leans which way, at each snapshot and on each day before.
-- Grain   one row per (snapshot_at, asset): the window, and the last snapshot of each UTC day
--         of the 90 before; published totals only
-- Inputs  marts.oi_by_asset, marts.oi_by_venue, marts.liquidation_map, core.positioning,
--         marts.oi_imbalance (days before the window)
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

readings as (

    select
        hours.snapshot_at,
        seen.venue,
        seen.symbol,
        seen.asset,
        seen.measure,
        arg_max(
            core.imbalance(seen.long_share, seen.short_share),
            epoch_us(seen."at") * 1000 + periods.period_rank
        ) as leaning
    from core.positioning as seen
    inner join hours
        on epoch_us(seen."at") // 3600000000 = hours.hour
    inner join periods
        on seen.period = periods.period
    where
        seen.superseded_at is null
        and seen."at" <= hours.snapshot_at
        and seen."at" > hours.after_at
        and seen."at" >= core.bar_start('1d', $since) - interval 91 day
        and seen."at" <= $until
    group by all

),

by_venue as (

    select
        snapshot_at,
        venue,
        asset,
        measure,
        core.exact_sum(leaning * 1e8) / 1e8 / count(leaning) as leaning
    from readings
    where leaning is not null
    group by all

),

by_asset as (

    select
        by_venue.snapshot_at,
        by_venue.asset,
        by_venue.measure,
        core.exact_sum(by_venue.leaning * venues.oi_usd)
        / nullif(core.exact_sum(venues.oi_usd), 0) as leaning
    from by_venue
    inner join marts.oi_by_venue as venues
        on
            by_venue.snapshot_at = venues.snapshot_at
            and by_venue.asset = venues.asset
            and by_venue.venue = venues.venue
    where
        venues.kind_group = 'futures'
        and venues.snapshot_at >= core.bar_start('1d', $since) - interval 90 day
        and venues.snapshot_at <= $until
    group by all

),

measured as (

    select
        snapshot_at,
        asset,
        max(leaning) filter (where measure = 'account') as accounts,
        coalesce(
            max(leaning) filter (where measure = 'top_position'),
            max(leaning) filter (where measure = 'top_account')
        ) as top,
        max(leaning) filter (where measure = 'taker') as taker
    from by_asset
    group by all

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
        on
            map.snapshot_at = totals.snapshot_at
            and map.asset = totals.asset
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
    on
        totals.snapshot_at = built.snapshot_at
        and totals.asset = built.asset
inner join built_days
    on totals.snapshot_at = built_days.snapshot_at
where
    totals.kind_group = 'futures'
    and totals.published
    and totals.snapshot_at >= core.bar_start('1d', $since) - interval 90 day
    and totals.snapshot_at < $since
    and built.snapshot_at >= core.bar_start('1d', $since) - interval 90 day
    and built.snapshot_at < $since
