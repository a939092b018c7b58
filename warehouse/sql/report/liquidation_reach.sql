-- liquidation_reach: what would be closed by force within some distance of the mark.
-- Grain   one row per asset, side and distance
-- Inputs  marts.liquidation_map, marts.liquidation_balance, marts.oi_by_asset
-- Params  $snapshot_at
-- Of a bin that reaches beyond the distance, the part within counts. mass_to_depth: what stands
-- within 5 percent on the exchanges whose order books were read, over what these take within 2;
-- covered_share is their part of the open interest that should be there, and too small a one gives
-- no ratio.
with

marks as (

    select
        asset,
        price,
        oi_usd,
        coverage
    from marts.oi_by_asset
    where
        snapshot_at = $snapshot_at
        and kind_group = 'futures'
        and price > 0

),

books as (

    select
        balance.asset,
        balance.venue,
        balance.side,
        balance.oi_base,
        balance.depth_2pct_usd
    from marts.liquidation_balance as balance
    where
        balance.snapshot_at = $snapshot_at
        and balance.prior = 'base'

),

covered as (

    select
        books.asset,
        books.side,
        core.exact_sum(books.depth_2pct_usd) as depth_2pct_usd,
        any_value(marks.coverage)
        * coalesce(core.exact_sum(if(books.depth_2pct_usd is null, 0, books.oi_base)), 0)
        / nullif(core.exact_sum(books.oi_base), 0) as covered_share
    from books
    inner join marks
        on books.asset = marks.asset
    group by books.asset, books.side

),

distances as (

    select unnest([2, 5, 10]) as distance_pct

),

levels as (

    select
        map.asset,
        map.venue,
        map.side,
        map.prior,
        distances.distance_pct,
        map.usd * least(
            greatest(
                if(
                    map.side = 'long',
                    map.price_high - marks.price * (1 - distances.distance_pct / 100),
                    marks.price * (1 + distances.distance_pct / 100) - map.price_low
                ) / (map.price_high - map.price_low),
                0
            ),
            1
        ) as usd
    from marts.liquidation_map as map
    inner join marks
        on map.asset = marks.asset
    cross join distances
    where
        map.snapshot_at = $snapshot_at
        and (
            map.venue = 'ALL'
            or (map.prior = 'base' and distances.distance_pct = 5)
        )

),

by_prior as (

    select
        asset,
        side,
        prior,
        distance_pct,
        core.exact_sum(usd) as usd
    from levels
    where venue = 'ALL'
    group by asset, side, prior, distance_pct

),

on_books as (

    select
        levels.asset,
        levels.side,
        core.exact_sum(levels.usd) as usd
    from levels
    inner join books
        using (asset, venue, side)
    where books.depth_2pct_usd is not null
    group by levels.asset, levels.side

),

banded as (

    select
        by_prior.asset,
        by_prior.side,
        by_prior.distance_pct,
        coalesce(max(by_prior.usd) filter (where by_prior.prior = 'base'), 0) as usd,
        -- a mix that reaches no level of the map closes nothing
        if(count(*) = 4, min(by_prior.usd), 0) as low,
        max(by_prior.usd) as high
    from by_prior
    group by by_prior.asset, by_prior.side, by_prior.distance_pct

)

select
    banded.*,
    marks.price,
    covered.depth_2pct_usd,
    covered.covered_share,
    case
        when core.is_covered(covered.covered_share)
            then coalesce(on_books.usd, 0) / nullif(covered.depth_2pct_usd, 0)
    end as mass_to_depth
from banded
inner join marks
    on banded.asset = marks.asset
left join covered
    on
        banded.asset = covered.asset
        and banded.side = covered.side
left join on_books
    on
        banded.asset = on_books.asset
        and banded.side = on_books.side
order by
    marks.oi_usd desc,
    banded.asset,
    banded.side,
    banded.distance_pct
