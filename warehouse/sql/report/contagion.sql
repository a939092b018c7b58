-- contagion: exchanges by what their forced sales would cost the others.
-- Grain   one row per seller
-- Inputs  marts.contagion
-- Params  $snapshot_at
select
    contagion.venue_from as venue,
    any_value(contagion.systemic_rank) as systemic_rank,
    any_value(contagion.forced_share) as forced_share,
    core.exact_sum(contagion.loss_usd) as loss_usd,
    max_by(contagion.venue_to, (contagion.loss_usd, contagion.venue_to)) as most_hit,
    max(contagion.loss_usd) as most_hit_usd,
    any_value(contagion.oi_covered) as oi_covered,
    min(contagion.covered_share) as covered_share
from marts.contagion as contagion
where
    contagion.snapshot_at = $snapshot_at
    and contagion.venue_from <> contagion.venue_to
group by contagion.venue_from
order by
    systemic_rank,
    venue
