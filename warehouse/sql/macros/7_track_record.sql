-- track_record: how often the map was right.

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
