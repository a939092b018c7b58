-- quality: how far each venue of a run can be relied on, worst first.
-- Grain   one row per venue
-- Inputs  marts.data_quality
-- Params  $run_id
select
    quality.venue,
    quality.score,
    quality.completeness,
    quality.freshness,
    quality.validity,
    quality.consistency,
    quality.convention,
    quality.findings
from marts.data_quality as quality
where quality.run_id = $run_id
order by
    quality.score,
    quality.venue
