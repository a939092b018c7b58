-- options_ladder: what is open at each strike around the price, of the expiries of 35 days.
-- Grain   one row per strike
-- Inputs  marts.options_by_strike
-- Params  $asset, $snapshot_at, $range_pct
select
    strike,
    core.exact_sum(call_oi_base) as call_oi_base,
    core.exact_sum(put_oi_base) as put_oi_base,
    any_value(price) as price
from marts.options_by_strike
where
    asset = $asset
    and snapshot_at = $snapshot_at
    and venue = 'ALL'
    and abs(distance_pct) <= $range_pct
    and expiry <= $snapshot_at + interval 840 hour
group by strike
having call_oi_base + put_oi_base > 0
order by strike
