-- audit: what the auditor found, by venue and check, with the example furthest off.
-- Grain   one row per venue, check and severity
-- Inputs  ops.audit
-- Params  $run_id
select
    audit.venue,
    audit.check_name,
    audit.severity,
    count(*) as count,
    coalesce(
        min_by(audit.symbol, (-abs(ln(nullif(audit.ratio, 0))), audit.symbol)), ''
    ) as example_symbol,
    min_by(audit.detail, (-abs(ln(nullif(audit.ratio, 0))), audit.symbol)) as detail
from ops.audit as audit
where audit.run_id = $run_id
group by
    audit.venue,
    audit.check_name,
    audit.severity
order by
    audit.severity,
    audit.venue,
    audit.check_name
