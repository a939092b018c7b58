-- liquidations_at_risk: forced closes in the worst of past days, were one to come now (modelled).
-- Grain   one row per (snapshot_at, asset, prior, alpha)
-- Inputs  core.bars, int_position_assets, marts.liquidation_map
-- Params  $until  timestamptz, the snapshot to build
-- Window  snapshot_at
-- Each past return over 24 hours, one a day back from the snapshot, is a scenario; it liquidates
-- what the map holds between the mark and there, and of the bin it ends in the part on its way.
-- k = ceil((1 - alpha) * n) scenarios make the tail: the k-th largest, and the mean of the k
-- largest. Under 20 scenarios there is no row, under 250 the row is not meaningful. A bar that ends
-- after the snapshot is not known. A day's close is that of its last bar, if no other could have
-- ended after it that day; closes that are not 24 hours apart, to the hour, give no return.
with

bars as (

    select
        facts.asset,
        facts.venue,
        facts.symbol,
        facts.close,
        core.length_us(facts.interval) as length_us,
        epoch_us($until) - epoch_us(facts.bar_at) - core.length_us(facts.interval) as age_us
    from core.bars as facts
    inner join int_position_assets as assets
        on facts.asset = assets.asset
    where
        facts.bar_at < $until
        and facts.bar_at >= $until - interval 400 days
        and facts.close > 0

),

closes as (

    select
        asset,
        venue,
        symbol,
        cast(age_us // 86400000000 as integer) as days_ago,
        min(age_us) as age_us,
        min_by(close, row(age_us, length_us)) as price
    from bars
    where
        age_us >= 0
        and age_us % 86400000000 < length_us
    group by asset, venue, symbol, days_ago

),

returns as (

    select
        asset,
        days_ago,
        lag(age_us) over history - age_us as span_us,
        price / lag(price) over history - 1 as change
    from closes
    window history as (partition by asset, venue, symbol order by days_ago desc)

),

scenarios as (

    select
        asset,
        days_ago,
        median(change) as change
    from returns
    where
        abs(span_us - 86400000000) < 3600000000
        and change is not null
    group by asset, days_ago

),

levels as (

    select
        map.asset,
        map.prior,
        map.side,
        map.usd,
        -- where a price on its way begins to take the bin, and where it has taken all of it
        if(map.side = 'long', map.price_high, map.price_low) / assets.mark - 1 as change,
        if(map.side = 'long', map.price_low, map.price_high) / assets.mark - 1 as change_all
    from marts.liquidation_map as map
    inner join int_position_assets as assets
        on map.asset = assets.asset
    where
        map.snapshot_at = $until
        and map.venue = 'ALL'
        and assets.mark > 0

),

takings as (

    -- what a move through this bin takes; whole numbers add up exactly
    select
        *,
        sum(cast(usd * 1e13 as hugeint)) over (
            partition by asset, prior, side order by if(side = 'long', -change, change)
        ) as taken
    from levels

),

falls as (select * from takings where side = 'long'),

rises as (select * from takings where side = 'short'),

cases as (

    select
        scenarios.asset,
        priors.prior,
        scenarios.days_ago,
        scenarios.change
    from scenarios
    inner join (
        select distinct
            asset,
            prior
        from levels
    ) as priors
        on scenarios.asset = priors.asset

),

outcomes as (

    select
        cases.asset,
        cases.prior,
        cases.days_ago,
        cases.change,
        greatest(
            cast(coalesce(falls.taken, 0) + coalesce(rises.taken, 0) as double) / 1e13
            - coalesce(
                falls.usd
                * greatest(cases.change - falls.change_all, 0)
                / (falls.change - falls.change_all),
                0
            )
            - coalesce(
                rises.usd
                * greatest(rises.change_all - cases.change, 0)
                / (rises.change_all - rises.change),
                0
            ),
            0
        ) as liquidated_usd
    from cases
    asof left join falls
        on
            cases.asset = falls.asset
            and cases.prior = falls.prior
            and cases.change <= falls.change
    asof left join rises
        on
            cases.asset = rises.asset
            and cases.prior = rises.prior
            and cases.change >= rises.change

),

alphas as (

    select unnest([0.95, 0.99]) as alpha

),

ranked as (

    select
        *,
        row_number() over (
            partition by asset, prior order by liquidated_usd desc, days_ago asc
        ) as place,
        count(*) over (partition by asset, prior) as scenarios
    from outcomes

),

tails as (

    select
        ranked.*,
        alphas.alpha,
        greatest(1, ceil(round((1 - alphas.alpha) * ranked.scenarios, 9))) as tail
    from ranked
    cross join alphas

)

select
    $until as snapshot_at,
    tails.asset,
    tails.prior,
    tails.alpha,
    cast(any_value(tails.scenarios) as integer) as scenarios,
    cast(any_value(tails.tail) as integer) as tail,
    min(tails.liquidated_usd) filter (where tails.place <= tails.tail) as lar_usd,
    avg(tails.liquidated_usd order by tails.place) filter (where tails.place <= tails.tail)
        as es_usd,
    min(tails.change) * 100 as worst_return_pct,
    any_value(tails.scenarios) >= 250 as meaningful,
    any_value(assets.is_simulated) as is_simulated
from tails
inner join int_position_assets as assets
    on tails.asset = assets.asset
where tails.scenarios >= 20
group by tails.asset, tails.prior, tails.alpha
order by tails.asset, tails.prior, tails.alpha
