-- liquidations_at_risk: forced closes in the worst of past days, with the range over the mixes.
-- Grain   one row per asset and alpha
-- Inputs  marts.liquidations_at_risk, marts.oi_by_asset
-- Params  $snapshot_at
-- A mix without a level in the map closes nothing.
select
    risk.asset,
    risk.alpha,
    max(risk.lar_usd) filter (where risk.prior = 'base') as usd,
    if(count(*) = 4, min(risk.lar_usd), 0) as low,
    max(risk.lar_usd) as high,
    max(risk.es_usd) filter (where risk.prior = 'base') as es_usd,
    if(count(*) = 4, min(risk.es_usd), 0) as es_low,
    max(risk.es_usd) as es_high,
    min(risk.scenarios) as scenarios,
    min(risk.worst_return_pct) as worst_return_pct,
    bool_and(risk.meaningful) as meaningful
from marts.liquidations_at_risk as risk
left join marts.oi_by_asset as totals
    on
        risk.asset = totals.asset
        and risk.snapshot_at = totals.snapshot_at
        and totals.kind_group = 'futures'
where risk.snapshot_at = $snapshot_at
group by risk.asset, risk.alpha
having count(*) filter (where risk.prior = 'base') > 0
order by
    max(totals.oi_usd) desc nulls last,
    risk.asset,
    risk.alpha
