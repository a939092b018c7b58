-- suspects_of_run: how many rows of a run are stored and not counted, and why.
-- Grain   one row per reason
-- Inputs  core.open_interest
-- Params  $run_id  varchar, the run
select
    coalesce(
        facts.suspect_reason,
        case when facts.oi_usd is null then 'no price' else 'its figures disagree' end
    ) as reason,
    count(*) as suspects
from core.open_interest as facts
where
    facts.run_id = $run_id
    and facts.superseded_at is null
    and facts.quality = 'suspect'
group by all
order by all
