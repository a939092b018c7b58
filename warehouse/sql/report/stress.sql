-- stress: the stress grid with its range over the mixes of leverage.
-- Grain   one row per asset, shock_pct and depth_factor
-- Inputs  marts.stress
-- Params  $asset, $snapshot_at
-- A mix without a level on that side of the map closes nothing: price moves by the shock alone.
-- Where the grid of one mix is withheld the range is not known, and none is printed.
select
    stress.asset,
    stress.shock_pct,
    stress.depth_factor,
    max(stress.liquidated_usd) filter (where stress.prior = 'base') as usd,
    if(count(*) = 4, min(stress.liquidated_usd), 0) as low,
    max(stress.liquidated_usd) as high,
    max(stress.move_pct) filter (where stress.prior = 'base') as move_pct,
    if(count(*) = 4, min(stress.move_pct), abs(stress.shock_pct)) as move_low_pct,
    max(stress.move_pct) as move_high_pct,
    max(stress.reproduction_number) filter (where stress.prior = 'base')
        as reproduction_number,
    any_value(stress.stop_reason) filter (where stress.prior = 'base') as stop_reason,
    min(stress.covered_share) as covered_share,
    min(stress.withheld_reason) as withheld_reason
from marts.stress as stress
where
    stress.snapshot_at = $snapshot_at
    and stress.asset = $asset
group by stress.asset, stress.shock_pct, stress.depth_factor
having count(*) filter (where stress.prior = 'base') > 0
order by
    stress.asset,
    stress.shock_pct,
    stress.depth_factor desc
