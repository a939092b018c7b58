-- 023_positions: a change is one of positions, not of coins.

-- What a move of the price alone leaves unchanged, in one unit per instrument: coins for linear
-- contracts and options, USD of face value for inverse futures, contracts times their size for
-- quanto ones. So a change of the contract size is no change of it either; contracts of a size
-- that no listing states are taken to have kept it. Null where it cannot be told: quanto contracts
-- known in coins alone, whose number moves with the price of the coin they settle in.
create macro core.held(kind, margin, oi_base, oi_usd, oi_contracts, contract_size) as (
    case
        when kind = 'option' or margin = 'linear' then oi_base
        when margin = 'inverse' then oi_usd
        else oi_contracts * coalesce(contract_size, 1)
    end
);

-- The change of positions between two instants in USD at the earlier price, and, as flow, at the
-- mean of both. held is that of core.held, unit what one of it is worth; where nothing is open and
-- no price is known, it is worth what it is at the other end.
create macro core.positions_usd(held_0, unit_0, held_1, unit_1) as (
    (held_1 - held_0) * coalesce(unit_0, unit_1, 0)
);

create macro core.flow_usd(held_0, unit_0, held_1, unit_1) as (
    (held_1 - held_0) * (coalesce(unit_0, unit_1, 0) + coalesce(unit_1, unit_0, 0)) / 2
);

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
            1 as place,
            kind_group as topic,
            'positions' as item,
            change_24h_pct as amount,
            'percent' as unit,
            withheld_reason as note
        from latest
        union all
        select
            2 as place,
            kind_group as topic,
            'opened or closed' as item,
            flow_usd_24h as amount,
            'USD' as unit,
            withheld_reason as note
        from latest
        union all
        select
            3 as place,
            kind_group as topic,
            'revalued by the price' as item,
            revaluation_usd_24h as amount,
            'USD' as unit,
            withheld_reason as note
        from latest
        union all
        select
            4 as place,
            kind_group as topic,
            'price' as item,
            price_change_24h_pct as amount,
            'percent' as unit,
            null as note
        from latest
        where kind_group = 'futures'
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

comment on macro core.held is -- noqa: PRS
'what a move of the price alone leaves unchanged: coins, USD of face value of inverse futures, contracts times size of quanto ones (M02, M03)';
comment on macro core.positions_usd is
'change of positions between two instants, in USD at the earlier price (M03)';
comment on macro core.flow_usd is
'change of positions between two instants, in USD at the mean price (M04)';
comment on macro core.price_oi_cell is
'reading of a price return and a return of open positions together (M08)';
comment on macro table what_changed is
'what_changed(asset): the 24 hours before the latest snapshot, one line an item: change of positions, flow, shares, regimes, anomalies, restatements; instants in UTC (M03, M04, M07, M08, M18, M37)';
