-- int_audit_snapshots: the snapshots of runs to audit, and those they are compared with.
-- Grain   one row per snapshot_at
-- Inputs  ops.runs
-- Params  $since  timestamptz, first snapshot to audit
--         $until  timestamptz, last one
-- place numbers them in time. Of the snapshots before, as many as a figure must stay the same in to
-- be frozen.
with

listed as (

    select distinct snapshot_at
    from ops.runs
    where
        flow in ('nightly', 'snapshot')
        and snapshot_at between $since - interval 8 day and $until

),

earlier as (

    select snapshot_at
    from listed
    where snapshot_at < $since
    order by snapshot_at desc
    limit 6

),

chosen as (

    select
        snapshot_at,
        true as is_audited
    from listed
    where snapshot_at >= $since
    union all
    select
        snapshot_at,
        false as is_audited
    from earlier

)

select
    *,
    row_number() over (order by snapshot_at) as place
from chosen
