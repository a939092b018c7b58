-- coupled_stress: a fall on two exchanges that arbitrage ties together, more or less (modelled).
-- Grain   one row per (snapshot_at, asset, venue_large, venue_other, shock_pct, coupling)
-- Inputs  int_liquidation_coupled
-- Params  $until  timestamptz, the snapshot to build
-- Window  snapshot_at
select
    $until as snapshot_at,
    coupled.*
from int_liquidation_coupled as coupled
order by
    coupled.asset, coupled.venue_other, coupled.shock_pct desc, coupled.coupling
