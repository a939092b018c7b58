-- observed_map: base that would be liquidated in each price bin, as the exchange itself says.
-- Grain   one row per (snapshot_at, asset, venue, side, price bin) that holds anything
-- Inputs  core.observed_positions
-- Params  $since    timestamptz, first observation
--         $until    timestamptz, last observation
--         $bin_pct  double, width of a bin in percent: that of marts.liquidation_map
-- Window  snapshot_at
with

placed as (

    select
        positions.snapshot_at,
        positions.asset,
        positions.venue,
        positions.side,
        positions.base,
        positions.is_simulated,
        cast(
            floor(ln(positions.liquidation_price) / ln(1 + $bin_pct / 100)) as integer
        ) as bin
    from core.observed_positions as positions
    where
        positions.superseded_at is null
        and positions.snapshot_at between $since and $until
        and positions.liquidation_price > 0

),

binned as (

    select
        snapshot_at,
        asset,
        venue,
        side,
        pow(1 + $bin_pct / 100, bin) as price_low,
        pow(1 + $bin_pct / 100, bin + 1) as price_high,
        core.exact_sum(base) as base,
        count(*) as positions,
        bool_or(is_simulated) as is_simulated
    from placed
    group by snapshot_at, asset, venue, side, bin

)

select
    binned.*,
    binned.base * (binned.price_low + binned.price_high) / 2 as usd
from binned
order by snapshot_at, asset, venue, side, price_low
