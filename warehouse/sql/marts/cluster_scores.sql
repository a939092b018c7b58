-- cluster_scores: what yesterday's liquidation map was worth.
-- Grain   one row per (scored_at, asset, prior); asset ALL is every asset together
-- Inputs  marts.liquidation_map, core.bars, core.liquidations, core.open_interest,
--         int_position_assets
-- Params  $until     timestamptz, when the map is scored
--         $known_at  timestamptz, facts recorded later do not count
-- The map is the latest that was frozen 20 to 28 hours before. Of the bins that price went
-- through since, on the side that it ran against, the fullest quarter is the forecast. What
-- happened in a bin: liquidations reported at its prices where there are any (evidence
-- 'reported'), else the falls of open interest while price was there for the first time
-- ('implied': a floor, closes by choice are in it too). A hit is a bin of that quarter that is
-- also in the fullest quarter of what happened; chance is that quarter's share of all bins.
-- The 28 hours are asked for again of every table, for DuckDB to skip what is older.
with

frozen as (

    select
        asset,
        max(snapshot_at) as snapshot_at
    from marts.liquidation_map
    where
        snapshot_at >= $until - interval 28 hours
        and snapshot_at <= $until - interval 20 hours
    group by asset

),

bins as (

    select
        map.asset,
        map.snapshot_at,
        map.prior,
        map.side,
        map.price_low,
        map.price_high,
        map.base,
        map.is_simulated
    from marts.liquidation_map as map
    inner join frozen
        on
            map.asset = frozen.asset
            and map.snapshot_at = frozen.snapshot_at
    where
        map.venue = 'ALL'
        and map.snapshot_at >= $until - interval 28 hours
        and map.snapshot_at <= $until - interval 20 hours

),

traded as (

    select
        bars.asset,
        bars.venue,
        bars.symbol,
        bars.bar_at,
        bars.low,
        bars.high,
        try_cast(left(bars.interval, -1) as bigint)
        * case right(bars.interval, 1)
            when 'm' then 60
            when 'h' then 3600
            when 'd' then 86400
        end as seconds
    from core.bars as bars
    inner join frozen
        on bars.asset = frozen.asset
    where
        bars.bar_at >= frozen.snapshot_at
        and bars.bar_at >= $until - interval 28 hours
        and bars.bar_at < $until
        and bars.low > 0

),

since as (

    select *
    from traded
    where bar_at + to_seconds(seconds) <= $until

),

reach as (

    -- the middle of the exchanges: a wick on one of them is not the market
    select
        asset,
        median(lowest) as lowest,
        median(highest) as highest
    from (
        select
            asset,
            min(low) as lowest,
            max(high) as highest
        from since
        group by asset, venue, symbol
    ) as by_contract
    group by asset

),

crossed as (

    select bins.*
    from bins
    inner join reach
        on bins.asset = reach.asset
    where
        (bins.side = 'long' and bins.price_low >= reach.lowest)
        or (bins.side = 'short' and bins.price_high <= reach.highest)

),

reported as (

    select
        facts.asset,
        facts.side,
        facts.price,
        facts.base
    from core.liquidations as facts
    inner join frozen
        on facts.asset = frozen.asset
    where
        facts.at >= frozen.snapshot_at
        and facts.at >= $until - interval 28 hours
        and facts.at < $until
        and facts.price > 0
        and facts.recorded_at <= $known_at
        and (facts.superseded_at is null or facts.superseded_at > $known_at)

),

has_reports as (

    select distinct asset from reported

),

observed as (

    select
        facts.asset,
        facts.venue,
        facts.symbol,
        facts.snapshot_at,
        lag(facts.snapshot_at) over history as from_at,
        greatest(lag(facts.oi_base) over history - facts.oi_base, 0) as fall
    from core.open_interest as facts
    inner join frozen
        on facts.asset = frozen.asset
    where
        facts.snapshot_at >= frozen.snapshot_at
        and facts.snapshot_at >= $until - interval 28 hours
        and facts.snapshot_at <= $until
        and facts.kind in ('perp', 'future')
        and facts.quality = 'ok'
        and facts.recorded_at <= $known_at
        and (facts.superseded_at is null or facts.superseded_at > $known_at)
        and facts.asset not in (select has_reports.asset from has_reports)
    window
        history as (
            partition by facts.asset, facts.venue, facts.symbol order by facts.snapshot_at
        )

),

extremes as (

    select
        *,
        min(low) over before as lowest_before,
        max(high) over before as highest_before
    from since
    window
        before as (
            partition by asset, venue, symbol order by bar_at
            rows between unbounded preceding and 1 preceding
        )

),

fresh as (

    -- prices that a bar was the first to reach: there levels are hit
    select
        extremes.asset,
        sides.side,
        observed.fall,
        if(sides.side = 'long', extremes.low, coalesce(extremes.highest_before, extremes.low))
            as price_low,
        if(sides.side = 'long', coalesce(extremes.lowest_before, extremes.high), extremes.high)
            as price_high
    from extremes
    inner join observed
        on
            extremes.venue = observed.venue
            and extremes.symbol = observed.symbol
            and extremes.bar_at >= observed.from_at
            and extremes.bar_at < observed.snapshot_at
    cross join (select unnest(['long', 'short']) as side) as sides
    where observed.fall > 0

),

happened as (

    select
        crossed.asset,
        crossed.prior,
        crossed.side,
        crossed.price_low,
        sum(reported.base order by reported.price, reported.base) as base
    from crossed
    inner join reported
        on
            crossed.asset = reported.asset
            and crossed.side = reported.side
            and crossed.price_low <= reported.price
            and crossed.price_high > reported.price
    group by crossed.asset, crossed.prior, crossed.side, crossed.price_low
    union all
    select
        crossed.asset,
        crossed.prior,
        crossed.side,
        crossed.price_low,
        sum(
            fresh.fall
            * (
                least(crossed.price_high, fresh.price_high)
                - greatest(crossed.price_low, fresh.price_low)
            )
            / (fresh.price_high - fresh.price_low)
            order by fresh.price_low, fresh.price_high, fresh.fall
        ) as base
    from crossed
    inner join fresh
        on
            crossed.asset = fresh.asset
            and crossed.side = fresh.side
            and crossed.price_low < fresh.price_high
            and crossed.price_high > fresh.price_low
    where fresh.price_high > fresh.price_low
    group by crossed.asset, crossed.prior, crossed.side, crossed.price_low

),

judged as (

    select
        crossed.*,
        coalesce(happened.base, 0) as happened_base,
        row_number() over (
            partition by crossed.asset, crossed.prior
            order by crossed.base desc, crossed.price_low asc
        ) as forecast_rank,
        row_number() over (
            partition by crossed.asset, crossed.prior
            order by coalesce(happened.base, 0) desc, crossed.price_low asc
        ) as happened_rank,
        count(*) over (partition by crossed.asset, crossed.prior) as n_bins
    from crossed
    left join happened
        on
            crossed.asset = happened.asset
            and crossed.prior = happened.prior
            and crossed.side = happened.side
            and crossed.price_low = happened.price_low

),

counted as (

    select
        asset,
        snapshot_at,
        prior,
        any_value(n_bins) as n_bins,
        ceil(any_value(n_bins) / 4) as n_top,
        count(*) filter (
            where
            forecast_rank <= ceil(n_bins / 4)
            and happened_rank <= ceil(n_bins / 4)
            and happened_base > 0
        ) as n_hits,
        bool_or(is_simulated) as is_simulated
    from judged
    group by asset, snapshot_at, prior
    having sum(happened_base) > 0

),

pooled as (

    select
        counted.asset,
        counted.snapshot_at,
        counted.prior,
        if(has_reports.asset is null, 'implied', 'reported') as evidence,
        counted.n_bins,
        counted.n_top,
        counted.n_hits,
        counted.is_simulated
    from counted
    left join has_reports
        on counted.asset = has_reports.asset
    union all
    select
        'ALL' as asset,
        max(counted.snapshot_at) as snapshot_at,
        counted.prior,
        case
            when count(has_reports.asset) = count(*) then 'reported'
            when count(has_reports.asset) = 0 then 'implied'
            else 'mixed'
        end as evidence,
        sum(counted.n_bins) as n_bins,
        sum(counted.n_top) as n_top,
        sum(counted.n_hits) as n_hits,
        bool_or(counted.is_simulated) as is_simulated
    from counted
    left join has_reports
        on counted.asset = has_reports.asset
    group by counted.prior

),

rated as (

    select
        *,
        n_hits / n_top as rate,
        n_top / n_bins as by_chance,
        1.959963984540054 as z
    from pooled

)

select
    $until as scored_at,
    rated.asset,
    rated.snapshot_at as map_snapshot_at,
    rated.prior,
    rated.evidence,
    cast(rated.n_bins as integer) as n_bins,
    cast(rated.n_hits as integer) as n_hits,
    cast(rated.n_top as integer) as n_top,
    rated.rate as precision,
    rated.by_chance as chance,
    rated.rate / nullif(rated.by_chance, 0) as lift,
    greatest(
        (
            rated.rate + rated.z * rated.z / (2 * rated.n_top)
            - rated.z * sqrt(
                rated.rate * (1 - rated.rate) / rated.n_top
                + rated.z * rated.z / (4 * rated.n_top * rated.n_top)
            )
        ) / (1 + rated.z * rated.z / rated.n_top),
        0
    ) as wilson_low,
    least(
        (
            rated.rate + rated.z * rated.z / (2 * rated.n_top)
            + rated.z * sqrt(
                rated.rate * (1 - rated.rate) / rated.n_top
                + rated.z * rated.z / (4 * rated.n_top * rated.n_top)
            )
        ) / (1 + rated.z * rated.z / rated.n_top),
        1
    ) as wilson_high,
    rated.n_bins >= 10 as meaningful,
    rated.is_simulated
from rated
order by rated.asset, rated.prior
