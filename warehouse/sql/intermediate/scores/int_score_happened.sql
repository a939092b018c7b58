-- int_score_happened: how many USD were closed in each bin that price went through.
-- Grain   one row per (asset, side, bin) in which anything was
-- Inputs  int_score_bins, int_score_reported, int_score_falls
-- Liquidations reported at its prices where the asset has any, else the falls of open interest
-- while price was there for the first time: a floor, and closes by choice are in it too.
with

has_reports as (

    select distinct asset from int_score_reported

),

fresh as (

    -- a fall is spread evenly over the prices that its step was the first to reach
    select
        falls.asset,
        sides.side,
        falls.fall_usd,
        falls.fall_base,
        if(sides.side = 'long', falls.fallen_to, falls.risen_from) as price_low,
        if(sides.side = 'long', falls.fallen_from, falls.risen_to) as price_high
    from int_score_falls as falls
    cross join (select unnest(['long', 'short']) as side) as sides
    where falls.asset not in (select has_reports.asset from has_reports)

)

select
    crossed.asset,
    crossed.side,
    crossed.bin,
    sum(reported.base * reported.price order by reported.price, reported.base) as usd
from int_score_bins as crossed
inner join int_score_reported as reported
    on
        crossed.asset = reported.asset
        and crossed.side = reported.side
        and crossed.price_low <= reported.price
        and crossed.price_high > reported.price
group by crossed.asset, crossed.side, crossed.bin
union all
select
    crossed.asset,
    crossed.side,
    crossed.bin,
    sum(
        coalesce(fresh.fall_usd, fresh.fall_base * (crossed.price_low + crossed.price_high) / 2)
        * (
            least(crossed.price_high, fresh.price_high)
            - greatest(crossed.price_low, fresh.price_low)
        )
        / (fresh.price_high - fresh.price_low)
        order by
            fresh.price_low, fresh.price_high, coalesce(fresh.fall_usd, fresh.fall_base)
    ) as usd
from int_score_bins as crossed
inner join fresh
    on
        crossed.asset = fresh.asset
        and crossed.side = fresh.side
        and crossed.price_low < fresh.price_high
        and crossed.price_high > fresh.price_low
where fresh.price_high > fresh.price_low
group by crossed.asset, crossed.side, crossed.bin
