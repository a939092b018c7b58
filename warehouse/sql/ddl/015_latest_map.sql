-- 015_latest_map: the latest liquidation map of an asset, for analysts.

-- The liquidation map of an asset at its latest snapshot, nearest bins first. The latest is found
-- by order: DuckDB then begins with the newest blocks, and stops there.
create macro liquidation_map(wanted_asset) as table (
    with

    latest as (

        select newest.snapshot_at
        from marts.liquidation_map as newest
        where newest.asset = wanted_asset
        order by newest.snapshot_at desc
        limit 1

    )

    select
        map.snapshot_at,
        map.asset,
        map.venue,
        map.side,
        map.prior,
        map.price_low,
        map.price_high,
        map.base,
        map.usd,
        map.is_simulated
    from marts.liquidation_map as map
    inner join latest
        on map.snapshot_at = latest.snapshot_at
    where map.asset = wanted_asset
    order by
        map.venue,
        map.prior,
        map.side,
        case when map.side = 'long' then -map.price_low else map.price_low end
);

comment on macro table liquidation_map is
'liquidation_map(asset): what would be liquidated at each price, as of the latest snapshot; venue ALL for the sum, one set of rows a prior; modelled (M20, M22, M23)';
