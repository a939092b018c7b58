-- runs_of_content: runs that were asked the same of the same instant, and answered the same.
-- Grain   one row per run_id, the first first
-- Inputs  ops.runs, ops.fetches
-- Params  $flow, $source, $snapshot_at
--         $contents  varchar[], venue and content of each answer, in their order
with

contents as (

    select
        runs.run_id,
        runs.started_at,
        coalesce(
            list(fetches.venue || ' ' || fetches.content_sha256 order by fetches.venue)
            filter (where fetches.venue is not null),
            []
        ) as contents
    from ops.runs as runs
    left join ops.fetches as fetches
        on runs.run_id = fetches.run_id
    where
        runs.flow = $flow
        and runs.source = $source
        and runs.snapshot_at = $snapshot_at
        and runs.state not in ('running', 'abandoned')
    group by
        runs.run_id,
        runs.started_at

)

select run_id
from contents
where contents = $contents::varchar[]
order by
    started_at,
    run_id
