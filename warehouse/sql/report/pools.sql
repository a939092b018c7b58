-- pools: what traders hold against pools at a snapshot, longs and shorts apart, in no total.
-- Grain   one row per asset
-- Inputs  marts.pools
-- Params  $snapshot_at
select
    asset,
    string_agg(venue, ', ' order by venue) filter (where venue <> 'ALL') as venues,
    max(oi_long_base) filter (where venue = 'ALL') as oi_long_base,
    max(oi_short_base) filter (where venue = 'ALL') as oi_short_base,
    max(pool_net_base) filter (where venue = 'ALL') as pool_net_base,
    max(oi_base) filter (where venue = 'ALL') as oi_base,
    max(oi_usd) filter (where venue = 'ALL') as oi_usd,
    max(pool_imbalance) filter (where venue = 'ALL') as pool_imbalance,
    max(markets) filter (where venue = 'ALL') as markets
from marts.pools
where snapshot_at = $snapshot_at
group by asset
order by
    oi_usd desc,
    asset
