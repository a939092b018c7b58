-- oi_profile: open positions by the price at which they were opened (modelled).
-- Grain   one row per (snapshot_at, asset, venue, side, price bin); venue ALL is the sum
-- Inputs  int_liquidation_alive, int_liquidation_scales
-- Params  $until    timestamptz, the snapshot to build
--         $bin_pct  double, width of a bin in percent
-- Window  snapshot_at
-- Forced closes under the base prior have thinned out what price ran against, so that the
-- sides differ in shape; each adds up to the open interest, less what was opened at no known
-- price. initial_base was opened before the history begins, and put at its first price.
with

venues as (

    select
        scales.asset,
        scales.venue,
        alive.side,
        alive.bin,
        core.exact_sum(alive.alive_base * coalesce(scales.scale_base, 0)) as base,
        core.exact_sum(alive.alive_initial * coalesce(scales.scale_base, 0)) as initial_base,
        bool_or(scales.is_simulated) as is_simulated
    from int_liquidation_alive as alive
    inner join int_liquidation_scales as scales
        using (book, side)
    group by scales.asset, scales.venue, alive.side, alive.bin

),

with_total as (

    select * from venues
    union all
    select
        asset,
        'ALL' as venue,
        side,
        bin,
        core.exact_sum(base) as base,
        core.exact_sum(initial_base) as initial_base,
        bool_or(is_simulated) as is_simulated
    from venues
    group by asset, side, bin

),

priced as (

    select
        *,
        pow(1 + $bin_pct / 100, bin) as price_low,
        pow(1 + $bin_pct / 100, bin + 1) as price_high
    from with_total
    where base > 0

)

select
    $until as snapshot_at,
    priced.asset,
    priced.venue,
    priced.side,
    priced.price_low,
    priced.price_high,
    priced.base,
    priced.base * (priced.price_low + priced.price_high) / 2 as usd,
    priced.is_simulated,
    least(priced.initial_base, priced.base) as initial_base
from priced
order by priced.asset, priced.venue, priced.side, priced.bin
