-- int_score_reported: liquidations that exchanges reported since the map of their asset was frozen.
-- Grain   one row per liquidation
-- Inputs  core.liquidations, int_score_maps
-- Params  $until     timestamptz, when the map is scored
--         $known_at  timestamptz, facts recorded later do not count
-- The 28 hours are asked for again, for DuckDB to skip what is older.
select
    facts.asset,
    facts.side,
    facts.price,
    facts.base
from core.liquidations as facts
inner join int_score_maps as maps
    on facts.asset = maps.asset
where
    facts.at >= maps.snapshot_at
    and facts.at >= $until - interval 28 hours
    and facts.at < $until
    and facts.price > 0
    and facts.recorded_at <= $known_at
    and (facts.superseded_at is null or facts.superseded_at > $known_at)
