-- orphans: facts and entries of the ledger whose run is not on record.
-- Grain   one row per table that has any
-- Inputs  core.open_interest, ops.coverage, ops.rejects, ops.runs
with

named as (

    select
        'core.open_interest' as place,
        run_id
    from core.open_interest
    union all
    select
        'ops.coverage' as place,
        run_id
    from ops.coverage
    union all
    select
        'ops.rejects' as place,
        run_id
    from ops.rejects

)

select
    named.place,
    count(*) as row_count,
    min(named.run_id) as example
from named
left join ops.runs as runs
    on named.run_id = runs.run_id
where runs.run_id is null
group by named.place
order by named.place
