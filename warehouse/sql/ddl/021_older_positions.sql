-- 021_older_positions: positions older than the history are part of the profile, and told apart;
-- chance is that of what could be hit; a fall on two exchanges that are tied together.
alter table marts.oi_profile add column initial_base double;

alter table marts.liquidation_balance alter column initial_share drop not null;
alter table marts.liquidation_balance alter column alive_share drop not null;

alter table marts.cluster_scores add column hits_by_chance double;

create table marts.coupled_stress (
    snapshot_at timestamptz not null,
    asset varchar not null,
    venue_large varchar not null,
    venue_other varchar not null,
    shock_pct double not null,
    coupling double not null,
    rounds integer not null,
    final_price_large double not null,
    final_price_other double not null,
    liquidated_base_large double not null,
    liquidated_base_other double not null,
    is_simulated boolean not null
);

-- How good the map was over some days up to an instant: precision of its fullest quarter, the
-- chance of a forecast by lot, and the 95 percent interval of the precision.
create or replace macro marts.track_record(up_to, over_days) as table
    with

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
        from marts.cluster_scores
        where
            scored_at <= up_to
            and scored_at > up_to - to_days(over_days)
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
    order by asset, prior;
