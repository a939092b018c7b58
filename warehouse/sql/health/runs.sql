-- runs: every run on record, and whether exchanges were asked in it.
-- Grain   one row per run_id
-- Inputs  ops.runs, ops.coverage
-- A run that asked nobody (loaded history) has no responses to keep.
with

asked as (

    select
        run_id,
        sum(requests) > 0 as has_asked
    from ops.coverage
    group by run_id

)

select
    runs.run_id,
    coalesce(asked.has_asked, false) as has_asked
from ops.runs as runs
left join asked
    on runs.run_id = asked.run_id
order by runs.run_id
