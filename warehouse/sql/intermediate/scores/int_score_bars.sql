-- int_score_bars: bars that began and ended since the map of their asset was frozen.
-- Grain   one row per (venue, symbol, interval, bar_at)
-- Inputs  core.bars, int_score_maps
-- Params  $until  timestamptz, when the map is scored
-- The bar in which the map was frozen is left out, for part of its range was there before; nor is
-- what was liquidated in it scored (int_score_reported). The 28 hours are asked for again, for
-- DuckDB to skip what is older.
with

traded as (

    select
        bars.asset,
        bars.venue,
        bars.symbol,
        bars.bar_at,
        bars.low,
        bars.high,
        core.length_us(bars.interval) as length_us
    from core.bars as bars
    inner join int_score_maps as maps
        on bars.asset = maps.asset
    where
        bars.bar_at >= maps.snapshot_at
        and bars.bar_at >= $until - interval 28 hours
        and bars.bar_at < $until
        and bars.low > 0

)

select *
from traded
where bar_at + to_microseconds(length_us) <= $until
