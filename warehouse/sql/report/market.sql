-- market: all futures open interest of one snapshot, how much of it is there, and what changed.
-- Grain   one row, none when nothing was fresh
-- Inputs  marts.oi_market
-- Params  $snapshot_at
select market.*
from marts.oi_market as market
where
    market.snapshot_at = $snapshot_at
    and market.kind_group = 'futures'
