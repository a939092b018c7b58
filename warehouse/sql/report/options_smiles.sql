-- options_smiles: volatility at the money and risk reversal of 30 days over time.
-- Grain   one row per snapshot
-- Inputs  marts.options_by_asset
-- Params  $asset, $snapshot_at, $history_days
select
    snapshot_at as at,
    atm_iv_30d,
    risk_reversal_25d_30d
from marts.options_by_asset
where
    asset = $asset
    and venue = 'ALL'
    and snapshot_at <= $snapshot_at
    and snapshot_at > $snapshot_at - to_hours(cast($history_days * 24 as integer))
order by snapshot_at
