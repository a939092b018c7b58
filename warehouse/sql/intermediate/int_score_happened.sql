-- int_score_happened: how many USD were closed in each bin that price went through.
-- Grain   one row per (asset, prior, side, price_low) in which anything was
-- Inputs  core.open_interest, int_score_maps, int_score_bars, int_score_bins,
--         int_score_reported
-- Params  $until     timestamptz, when the map is scored
--         $known_at  timestamptz, facts recorded later do not count
-- Liquidations reported at its prices where the asset has any, else the falls of open interest
-- while price was there for the first time: a floor, and closes by choice are in it too. The 28
-- hours are asked for again, for DuckDB to skip what is older.
with

has_reports as (

    select distinct asset from int_score_reported

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
    inner join int_score_maps as maps
        on facts.asset = maps.asset
    where
        facts.snapshot_at >= maps.snapshot_at
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
    from int_score_bars
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

)

select
    crossed.asset,
    crossed.prior,
    crossed.side,
    crossed.price_low,
    sum(reported.base * reported.price order by reported.price, reported.base) as usd
from int_score_bins as crossed
inner join int_score_reported as reported
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
        * (crossed.price_low + crossed.price_high) / 2
        order by fresh.price_low, fresh.price_high, fresh.fall
    ) as usd
from int_score_bins as crossed
inner join fresh
    on
        crossed.asset = fresh.asset
        and crossed.side = fresh.side
        and crossed.price_low < fresh.price_high
        and crossed.price_high > fresh.price_low
where fresh.price_high > fresh.price_low
group by crossed.asset, crossed.prior, crossed.side, crossed.price_low
