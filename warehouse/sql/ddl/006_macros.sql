-- 006_macros: what analysts call by name. All read only the time they need.

-- Facts that were corrected: what was known before and after.
create view core.restatements as
select
    before.snapshot_at,
    before.venue,
    before.symbol,
    before.asset,
    before.recorded_at as known_from,
    before.superseded_at as restated_at,
    before.oi_base as oi_base_before,
    later.oi_base as oi_base_after,
    before.oi_usd as oi_usd_before,
    later.oi_usd as oi_usd_after,
    before.mark_price as mark_price_before,
    later.mark_price as mark_price_after,
    before.quality as quality_before,
    later.quality as quality_after,
    before.unit_rule as unit_rule_before,
    later.unit_rule as unit_rule_after,
    before.run_id as run_id_before,
    later.run_id as run_id_after
from core.open_interest as before
left join core.open_interest as later
    on
        before.snapshot_at = later.snapshot_at
        and before.venue = later.venue
        and before.symbol = later.symbol
        and before.superseded_at = later.recorded_at
where before.superseded_at is not null;

-- Open interest of an asset at its latest snapshot: each venue, and ALL for the sum.
create macro oi(wanted_asset) as table (
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

-- What was known of an asset at an instant: the rows of the latest snapshot recorded by then,
-- as they stood then. Corrections that came later are not in it.
create macro oi_as_of(wanted_asset, ts) as table (
    with

    known as (

        select *
        from core.open_interest as facts
        where
            facts.asset = wanted_asset
            and facts.snapshot_at > cast(ts as timestamptz) - interval 8 day
            and facts.snapshot_at <= cast(ts as timestamptz)
            and facts.recorded_at <= cast(ts as timestamptz)
            and (
                facts.superseded_at is null
                or facts.superseded_at > cast(ts as timestamptz)
            )

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
    from known
    where known.snapshot_at = (select max(newest.snapshot_at) from known as newest)
    order by known.venue, known.symbol
);

-- Clusters of an asset at the latest snapshot that has any of it, largest first.
create macro clusters(wanted_asset) as table (
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

-- What changed of an asset in the 24 hours before its latest snapshot, one line an item.
create macro what_changed(wanted_asset) as table (
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
            1 as place,
            kind_group as topic,
            'open interest in coins' as item,
            change_24h_pct as amount,
            'percent' as unit,
            withheld_reason as note
        from latest
        union all
        select 2, kind_group, 'opened or closed', flow_usd_24h, 'USD', withheld_reason
        from latest
        union all
        select 3, kind_group, 'revalued by the price', revaluation_usd_24h, 'USD', withheld_reason
        from latest
        union all
        select 4, kind_group, 'price', price_change_24h_pct, 'percent', null
        from latest
        where kind_group = 'futures'
        union all
        select
            5, venues.kind_group, 'share of ' || venues.venue, venues.share_change_24h_pp,
            'percentage points', null
        from marts.oi_by_venue as venues
        inner join day
            on venues.snapshot_at = day.until
        where
            venues.asset = wanted_asset
            and venues.share_change_24h_pp is not null
        union all
        select
            6, 'regime', regimes.horizon, regimes.oi_change_pct, 'percent',
            concat_ws(
                ', ', regimes.cell, nullif(regimes.exhaustion, 'none'),
                nullif(regimes.pre_event, 'none'), nullif(regimes.squeeze, 'none')
            )
        from marts.oi_regimes as regimes
        inner join day
            on regimes.bar_at = day.until
        where regimes.asset = wanted_asset
        union all
        select
            7, 'anomaly', anomalies.venue || ' ' || anomalies."interval", anomalies.change_pct,
            'percent',
            anomalies.side || ' at ' || strftime(anomalies.bar_at, '%Y-%m-%d %H:%M')
        from marts.oi_anomalies as anomalies
        inner join day
            on
                anomalies.bar_at > day.until - interval 1 day
                and anomalies.bar_at <= day.until
        where
            anomalies.asset = wanted_asset
            and anomalies.side is not null
        union all
        select
            8, 'restated', restated.venue || ' ' || restated.symbol,
            restated.oi_base_after - restated.oi_base_before, 'coin',
            'snapshot ' || strftime(restated.snapshot_at, '%Y-%m-%d %H:%M')
        from core.restatements as restated
        inner join day
            on restated.restated_at > day.until - interval 1 day
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

comment on view core.restatements is
'Facts that were corrected, with what was known before and after. Grain: one row per correction of a snapshot_at, venue and symbol (M37)';
comment on macro table oi is
'oi(asset): open interest at the latest snapshot, each venue and ALL for the sum; coins and USD (M03)';
comment on macro table oi_as_of is
'oi_as_of(asset, ts): instrument rows of the latest snapshot as they were known at an instant (M37)';
comment on macro table clusters is
'clusters(asset): concentrations of positions on the price axis at the latest snapshot; modelled (M24)';
comment on macro table what_changed is
'what_changed(asset): the 24 hours before the latest snapshot, one line an item: change, flow, shares, regimes, anomalies, restatements (M03, M04, M07, M08, M18, M37)';
comment on macro core.price_oi_cell is
'reading of a price return and a coin open-interest return together (M08)';
