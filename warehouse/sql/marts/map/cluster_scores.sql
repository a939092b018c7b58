-- cluster_scores: what yesterday's liquidation map was worth.
-- Grain   one row per (scored_at, asset, prior); asset ALL is every asset together
-- Inputs  marts.liquidation_map (earlier), int_score_bins, int_score_happened, int_score_reported
-- Params  $until  timestamptz, when the map is scored
-- Window  scored_at
-- Of all bins that price went through, the same for every prior, the fullest quarter of the map is
-- the forecast. A hit is a bin of that quarter that holds something and is also in the fullest
-- quarter of what happened (evidence 'reported' where liquidations were reported, else 'implied'):
-- where a map is silent, it hits nothing. By chance is what a forecast by lot of as many bins would
-- hit: where little happened, less than a quarter of the bins can be hit at all.
with

has_reports as (

    select distinct asset from int_score_reported

),

priors as (

    select unnest(['base', 'retail_heavy', 'institutional', 'calibrated']) as prior

),

expected as (

    select
        crossed.asset,
        crossed.side,
        crossed.bin,
        map.prior,
        core.exact_sum(map.usd) as usd
    from marts.liquidation_map as map
    inner join int_score_bins as crossed
        on
            map.asset = crossed.asset
            and map.snapshot_at = crossed.snapshot_at
            and map.side = crossed.side
            -- the edge away from the mark, which cuts its own bin
            and round(
                if(
                    map.side = 'long',
                    ln(map.price_low) / crossed.width,
                    ln(map.price_high) / crossed.width - 1
                )
            ) = crossed.bin
    where
        map.venue = 'ALL'
        and map.snapshot_at >= $until - interval 28 hours
        and map.snapshot_at <= $until - interval 20 hours
    group by crossed.asset, crossed.side, crossed.bin, map.prior

),

judged as (

    select
        crossed.*,
        priors.prior,
        coalesce(expected.usd, 0) as usd,
        coalesce(happened.usd, 0) as happened_usd,
        row_number() over (
            partition by crossed.asset, priors.prior
            order by coalesce(expected.usd, 0) desc, crossed.bin asc
        ) as forecast_rank,
        row_number() over (
            partition by crossed.asset, priors.prior
            order by coalesce(happened.usd, 0) desc, crossed.bin asc
        ) as happened_rank,
        count(*) over (partition by crossed.asset, priors.prior) as n_bins
    from int_score_bins as crossed
    cross join priors
    left join expected
        on
            crossed.asset = expected.asset
            and crossed.side = expected.side
            and crossed.bin = expected.bin
            and priors.prior = expected.prior
    left join int_score_happened as happened
        on
            crossed.asset = happened.asset
            and crossed.side = happened.side
            and crossed.bin = happened.bin

),

counted as (

    select
        asset,
        snapshot_at,
        prior,
        any_value(n_bins) as n_bins,
        ceil(any_value(n_bins) / 4) as n_top,
        count(*) filter (
            where
            forecast_rank <= ceil(n_bins / 4)
            and usd > 0
            and happened_rank <= ceil(n_bins / 4)
            and happened_usd > 0
        ) as n_hits,
        count(*) filter (
            where
            happened_rank <= ceil(n_bins / 4)
            and happened_usd > 0
        ) as n_hot,
        bool_or(is_simulated) as is_simulated
    from judged
    group by asset, snapshot_at, prior
    having sum(happened_usd) > 0

),

pooled as (

    select
        counted.asset,
        counted.snapshot_at,
        counted.prior,
        if(has_reports.asset is null, 'implied', 'reported') as evidence,
        counted.n_bins,
        counted.n_top,
        counted.n_hits,
        counted.n_top * counted.n_hot / counted.n_bins as hits_by_chance,
        counted.is_simulated
    from counted
    left join has_reports
        on counted.asset = has_reports.asset
    union all
    select
        'ALL' as asset,
        max(counted.snapshot_at) as snapshot_at,
        counted.prior,
        case
            when count(has_reports.asset) = count(*) then 'reported'
            when count(has_reports.asset) = 0 then 'implied'
            else 'mixed'
        end as evidence,
        sum(counted.n_bins) as n_bins,
        sum(counted.n_top) as n_top,
        sum(counted.n_hits) as n_hits,
        sum(counted.n_top * counted.n_hot / counted.n_bins order by counted.asset)
            as hits_by_chance,
        bool_or(counted.is_simulated) as is_simulated
    from counted
    left join has_reports
        on counted.asset = has_reports.asset
    group by counted.prior

),

rated as (

    select
        *,
        n_hits / n_top as rate,
        hits_by_chance / n_top as by_chance,
        1.959963984540054 as z
    from pooled

)

select
    $until as scored_at,
    rated.asset,
    rated.snapshot_at as map_snapshot_at,
    rated.prior,
    rated.evidence,
    cast(rated.n_bins as integer) as n_bins,
    cast(rated.n_hits as integer) as n_hits,
    cast(rated.n_top as integer) as n_top,
    rated.rate as precision,
    rated.by_chance as chance,
    rated.rate / nullif(rated.by_chance, 0) as lift,
    greatest(
        (
            rated.rate + rated.z * rated.z / (2 * rated.n_top)
            - rated.z * sqrt(
                rated.rate * (1 - rated.rate) / rated.n_top
                + rated.z * rated.z / (4 * rated.n_top * rated.n_top)
            )
        ) / (1 + rated.z * rated.z / rated.n_top),
        0
    ) as wilson_low,
    least(
        (
            rated.rate + rated.z * rated.z / (2 * rated.n_top)
            + rated.z * sqrt(
                rated.rate * (1 - rated.rate) / rated.n_top
                + rated.z * rated.z / (4 * rated.n_top * rated.n_top)
            )
        ) / (1 + rated.z * rated.z / rated.n_top),
        1
    ) as wilson_high,
    rated.n_bins >= 10 as meaningful,
    rated.is_simulated,
    rated.hits_by_chance
from rated
order by rated.asset, rated.prior
