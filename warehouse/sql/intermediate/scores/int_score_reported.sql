-- int_score_reported: liquidations that exchanges reported while the bars of their asset tell
-- where price went.
-- Grain   one row per liquidation
-- Inputs  core.liquidations, int_score_bars
-- Params  $until     timestamptz, when the map is scored
--         $known_at  timestamptz, facts recorded later do not count
-- From the start of the first bar to the end of the last: what is liquidated between the map and
-- the first bar that began after it would be counted in bins that price is not known to have
-- reached. The 28 hours are asked for again, for DuckDB to skip what is older.
with

told as (

    select
        asset,
        min(bar_at) as from_at,
        max(bar_at + to_microseconds(length_us)) as until_at
    from int_score_bars
    group by asset

)

select
    facts.asset,
    facts.side,
    facts.price,
    facts.base
from core.liquidations as facts
inner join told
    on facts.asset = told.asset
where
    facts.at >= told.from_at
    and facts.at < told.until_at
    and facts.at >= $until - interval 28 hours
    and facts.at < $until
    and facts.price > 0
    and core.was_known(facts.recorded_at, facts.superseded_at, $known_at)
