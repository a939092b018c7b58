-- liquidation_map: base that forced closes would take at each price (modelled).
-- Grain   one row per (snapshot_at, asset, venue, side, prior, price bin); venue ALL is the sum
-- Inputs  int_liquidation_levels
-- Params  $until  timestamptz, the snapshot to build
-- Window  snapshot_at
-- Longs lie below the mark, shorts above: the bin that holds it ends there on either side.
with

with_total as (

    select
        asset,
        venue,
        side,
        bin,
        price_low,
        price_high,
        base,
        retail_heavy,
        institutional,
        calibrated,
        is_simulated
    from int_liquidation_levels
    union all
    select
        asset,
        'ALL' as venue,
        side,
        bin,
        price_low,
        price_high,
        core.exact_sum(base) as base,
        core.exact_sum(retail_heavy) as retail_heavy,
        core.exact_sum(institutional) as institutional,
        core.exact_sum(calibrated) as calibrated,
        bool_or(is_simulated) as is_simulated
    from int_liquidation_levels
    group by asset, side, bin, price_low, price_high

),

priors as (

    select unnest(['base', 'retail_heavy', 'institutional', 'calibrated']) as prior

),

by_prior as (

    select
        with_total.asset,
        with_total.venue,
        with_total.side,
        priors.prior,
        with_total.price_low,
        with_total.price_high,
        case priors.prior
            when 'base' then with_total.base
            when 'retail_heavy' then with_total.retail_heavy
            when 'institutional' then with_total.institutional
            else with_total.calibrated
        end as base,
        with_total.is_simulated
    from with_total
    cross join priors

)

select
    $until as snapshot_at,
    by_prior.*,
    by_prior.base * (by_prior.price_low + by_prior.price_high) / 2 as usd
from by_prior
where
    by_prior.base > 0
    and by_prior.price_high > by_prior.price_low
order by
    by_prior.asset, by_prior.venue, by_prior.side, by_prior.prior, by_prior.price_low
