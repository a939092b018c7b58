-- 022_series_rules: what no line can be drawn through trends nowhere; a day counts once in the
-- track record; instants in words are UTC.

-- A falling open interest against a price that still trends, from the t-values of both lines.
-- A trend that was judged and is neither is none; so is that of a price that never moved, whose
-- t-value is no number (DuckDB sorts NaN above all others).
create or replace macro core.exhaustion_label(price_t, oi_t) as (
    case
        when not (isfinite(cast(price_t as double)) and isfinite(cast(oi_t as double)))
            then 'none'
        when oi_t < -2 and price_t > 2 then 'uptrend_exhaustion'
        when oi_t < -2 and price_t < -2 then 'downtrend_exhaustion'
        else 'none'
    end
);

-- How good the map was over some days up to an instant: precision of its fullest quarter, the
-- chance of a forecast by lot, and the 95 percent interval of the precision. Scores of one day
-- look at the same bars: the first of each UTC day counts. A later run of the day changes nothing,
-- and those of a nightly schedule are a day apart, as long as what they look at.
create or replace macro marts.track_record(up_to, over_days) as table (
    with

    firsts as (

        select *
        from marts.cluster_scores as scores
        where
            scores.scored_at <= up_to
            and scores.scored_at > up_to - to_hours(24 * (over_days + 1))
        qualify row_number() over (
            partition by scores.asset, scores.prior, core.bar_start('1d', scores.scored_at)
            order by scores.scored_at
        ) = 1

    ),

    counted as (

        select
            asset,
            prior,
            count(*) as nights,
            sum(n_bins) as n_bins,
            sum(n_top) as n_top,
            sum(n_hits) as n_hits,
            sum(coalesce(hits_by_chance, n_top * n_top / n_bins) order by scored_at)
                as hits_by_chance
        from firsts
        where scored_at > up_to - to_hours(24 * over_days)
        group by asset, prior

    ),

    rated as (

        select
            *,
            n_hits / n_top as rate,
            3.841458820694124 / n_top as z2
        from counted

    )

    select
        asset,
        prior,
        nights,
        n_bins,
        n_hits,
        n_top,
        rate as precision,
        hits_by_chance / n_top as chance,
        n_hits / hits_by_chance as lift,
        greatest((rate + z2 / 2 - sqrt(z2 * (rate * (1 - rate) + z2 / 4))) / (1 + z2), 0)
            as wilson_low,
        least((rate + z2 / 2 + sqrt(z2 * (rate * (1 - rate) + z2 / 4))) / (1 + z2), 1)
            as wilson_high,
        n_bins >= 10 as meaningful
    from rated
    order by asset, prior
);

comment on macro table marts.track_record is -- noqa: PRS
'track_record(up_to, over_days): precision of the map over the days before an instant; of the scores of one UTC day the first counts, nights are distinct days (M24)';

-- What changed of an asset in the 24 hours before its latest snapshot, one line an item.
-- Instants are in UTC, and days 24 hours, whatever the reader's time zone.
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
            anomalies.side || ' at '
            || strftime(timezone('UTC', anomalies.bar_at), '%Y-%m-%d %H:%M')
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
            8, 'restated', restated.venue || ' ' || restated.symbol,
            restated.oi_base_after - restated.oi_base_before, 'coin',
            'snapshot ' || strftime(timezone('UTC', restated.snapshot_at), '%Y-%m-%d %H:%M')
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
'what_changed(asset): the 24 hours before the latest snapshot, one line an item: change, flow, shares, regimes, anomalies, restatements; instants in UTC (M03, M04, M07, M08, M18, M37)';
