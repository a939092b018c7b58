-- stale_facts: which time the facts that changed speak of.
-- Grain   one row per fact that changed
-- Inputs  ops.stale, ops.runs
-- What a run saw is what the history it fetched of the day before is covered by: where a run that
-- did so changed, its day before did.
with

noted as (

    select
        fact,
        min(since) as since,
        max(until) as until
    from ops.stale
    group by fact

),

covered as (

    select
        noted.fact,
        min(runs.snapshot_at) - interval 24 hour as since
    from noted
    inner join ops.runs as runs
        on runs.snapshot_at between noted.since and noted.until
    where
        noted.fact in ('core.open_interest', 'ops.runs')
        and runs.flow = 'top_up'
    group by noted.fact

)

select
    noted.fact,
    least(noted.since, covered.since) as since,
    noted.until
from noted
left join covered
    on noted.fact = covered.fact
order by noted.fact
