-- questions: what analysts ask by name: oi('BTC'), clusters('BTC') ....

-- Open interest of an asset at its latest snapshot: each venue, and ALL for the sum.
create or replace macro oi(wanted_asset) as table (
    with

    latest as (

        select max(totals.snapshot_at) as snapshot_at
        from marts.oi_by_asset as totals
        where
            totals.asset = wanted_asset
            and totals.snapshot_at >= (
                select max(newest.snapshot_at) - interval 2 day
                from marts.oi_by_asset as newest
            )

    )

    select
        totals.snapshot_at,
        totals.asset,
        totals.kind_group,
        'ALL' as venue,
        totals.oi_base,
        totals.oi_usd,
        1.0::double as share,
        totals.change_24h_pct,
        totals.coverage,
        totals.published
    from marts.oi_by_asset as totals
    inner join latest
        on totals.snapshot_at = latest.snapshot_at
    where totals.asset = wanted_asset
    union all
    select
        venues.snapshot_at,
        venues.asset,
        venues.kind_group,
        venues.venue,
        venues.oi_base,
        venues.oi_usd,
        venues.share,
        null as change_24h_pct,
        null as coverage,
        null as published
    from marts.oi_by_venue as venues
    inner join latest
        on venues.snapshot_at = latest.snapshot_at
    where venues.asset = wanted_asset
    order by kind_group, oi_usd desc, venue
);

comment on macro table oi is
'oi(asset): open interest at the latest snapshot, each venue and ALL for the sum; coins and USD (M03)';

-- Rows of an asset's latest snapshot as they were known at an instant. The last days are looked at
-- first; only when they hold nothing that was known is all of history.
create or replace macro oi_as_of(wanted_asset, ts) as table (
    with

    near as (

        select max(facts.snapshot_at) as snapshot_at
        from core.open_interest as facts
        where
            facts.asset = wanted_asset
            and facts.snapshot_at > cast(ts as timestamptz) - interval 8 day
            and facts.snapshot_at <= cast(ts as timestamptz)
            and core.was_known(facts.recorded_at, facts.superseded_at, cast(ts as timestamptz))

    ),

    latest as (

        select near.snapshot_at
        from near
        where near.snapshot_at is not null
        union all
        select max(facts.snapshot_at) as snapshot_at
        from core.open_interest as facts
        inner join near
            on near.snapshot_at is null
        where
            facts.asset = wanted_asset
            and facts.snapshot_at <= cast(ts as timestamptz) - interval 8 day
            and core.was_known(facts.recorded_at, facts.superseded_at, cast(ts as timestamptz))

    )

    select
        known.snapshot_at,
        known.venue,
        known.symbol,
        known.asset,
        known.kind,
        known.margin,
        known.oi_base,
        known.oi_usd,
        known.mark_price,
        known.quality,
        known.observed_at,
        known.recorded_at,
        known.superseded_at
    from core.open_interest as known
    inner join latest
        on known.snapshot_at = latest.snapshot_at
    where
        known.asset = wanted_asset
        and core.was_known(known.recorded_at, known.superseded_at, cast(ts as timestamptz))
    order by known.venue, known.symbol, known.recorded_at
);

comment on macro table oi_as_of is
'oi_as_of(asset, ts): instrument rows of the latest snapshot as they were known at an instant (M37)';

-- Clusters of an asset at the latest snapshot that has any of it, largest first.
create or replace macro clusters(wanted_asset) as table (
    select found.*
    from marts.clusters as found
    where
        found.asset = wanted_asset
        and found.snapshot_at = (
            select max(newest.snapshot_at)
            from marts.clusters as newest
            where newest.asset = wanted_asset
        )
    order by found.kind, found.usd desc, found.cluster_id
);

comment on macro table clusters is
'clusters(asset): concentrations of positions on the price axis at the latest snapshot; entries and levels modelled, strikes of options published (M24)';

-- The liquidation map of an asset at its latest snapshot, nearest bins first. The latest is found
-- by order: DuckDB then begins with the newest blocks, and stops there.
create or replace macro liquidation_map(wanted_asset) as table (
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

-- What changed of an asset in the 24 hours before its latest snapshot, one line an item.
-- Changes are of positions, hence none where the price alone moved. Instants are in UTC, and days 24
-- hours, whatever the reader's time zone.
create or replace macro what_changed(wanted_asset) as table (
    with

    latest as (

        select *
        from marts.oi_by_asset as totals
        where
            totals.asset = wanted_asset
            and totals.snapshot_at >= (
                select max(newest.snapshot_at) - interval 2 day
                from marts.oi_by_asset as newest
            )
        qualify row_number() over (
            partition by totals.kind_group order by totals.snapshot_at desc
        ) = 1

    ),

    day as (

        select max(snapshot_at) as until from latest

    ),

    items as (

        select
            items.place,
            latest.kind_group as topic,
            items.item,
            items.amount,
            items.unit,
            case when items.place < 4 then latest.withheld_reason end as note
        from latest
        cross join lateral (
            values
            (1, 'positions', latest.change_24h_pct, 'percent'),
            (2, 'opened or closed', latest.flow_usd_24h, 'USD'),
            (3, 'revalued by the price', latest.revaluation_usd_24h, 'USD'),
            (4, 'price', latest.price_change_24h_pct, 'percent')
        ) as items (place, item, amount, unit)
        where items.place < 4 or latest.kind_group = 'futures'
        union all
        select
            5 as place,
            venues.kind_group as topic,
            'share of ' || venues.venue as item,
            venues.share_change_24h_pp as amount,
            'percentage points' as unit,
            null as note
        from marts.oi_by_venue as venues
        inner join day
            on venues.snapshot_at = day.until
        where
            venues.asset = wanted_asset
            and venues.share_change_24h_pp is not null
        union all
        select
            6 as place,
            'regime' as topic,
            regimes.horizon as item,
            regimes.oi_change_pct as amount,
            'percent' as unit,
            concat_ws(
                ', ', regimes.cell, nullif(regimes.exhaustion, 'none'),
                nullif(regimes.pre_event, 'none'), nullif(regimes.squeeze, 'none')
            ) as note
        from marts.oi_regimes as regimes
        inner join day
            on regimes.bar_at = day.until
        where regimes.asset = wanted_asset
        union all
        select
            7 as place,
            'anomaly' as topic,
            anomalies.venue || ' ' || anomalies."interval" as item,
            anomalies.change_pct as amount,
            'percent' as unit,
            anomalies.side || ' at '
            || strftime(timezone('UTC', anomalies.bar_at), '%Y-%m-%d %H:%M') as note
        from marts.oi_anomalies as anomalies
        inner join day
            on
                anomalies.bar_at > day.until - interval 24 hour
                and anomalies.bar_at <= day.until
        where
            anomalies.asset = wanted_asset
            and anomalies.side is not null
        union all
        select
            8 as place,
            'restated' as topic,
            restated.venue || ' ' || restated.symbol as item,
            restated.oi_base_after - restated.oi_base_before as amount,
            'coin' as unit,
            'snapshot ' || strftime(timezone('UTC', restated.snapshot_at), '%Y-%m-%d %H:%M')
                as note
        from core.restatements as restated
        inner join day
            on restated.restated_at > day.until - interval 24 hour
        where restated.asset = wanted_asset

    )

    select
        topic,
        item,
        amount,
        unit,
        nullif(note, '') as note
    from items
    order by place, topic, item
);

comment on macro table what_changed is
'what_changed(asset): the 24 hours before the latest snapshot, one line an item: change of positions, flow, shares, regimes, anomalies, restatements; instants in UTC (M03, M04, M07, M08, M18, M37)';
