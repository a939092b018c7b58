-- 010_maintenance: when bars changed, and what maintenance took out.
create table ops.bar_changes (
    recorded_at timestamptz not null,
    since timestamptz not null,
    until timestamptz not null
);

create table ops.maintenance (
    done_at timestamptz not null,
    action varchar not null,
    target varchar not null,
    resolution varchar,
    older_than timestamptz,
    rows_before bigint,
    rows_removed bigint,
    bytes_before bigint,
    bytes_after bigint,
    archive varchar
);

-- The liquidation map of an asset at its latest snapshot, nearest bins first.
create macro liquidation_map(wanted_asset) as table (
    with

    latest as (

        select max(newest.snapshot_at) as snapshot_at
        from marts.liquidation_map as newest
        where newest.asset = wanted_asset

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

-- Coins that at most changed hands between open positions in an interval: offsetting opens and
-- closes land here too, so it is a bound. Null where more opened or closed than was traded, which
-- no single-sided figures can say. Both in the same unit.
create macro core.transfer_bound(volume, oi_change) as (
    case when volume >= abs(oi_change) then volume - abs(oi_change) end
);

comment on macro core.transfer_bound is
'upper bound of the volume that left open interest as it was, from the volume of an interval and the change of open interest over it (M01)';
