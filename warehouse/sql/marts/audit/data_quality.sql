-- data_quality: how far the figures of one venue in one run can be relied on.
-- Grain   one row per (run_id, venue) of the venues that the run asked
-- Inputs  ops.runs, ops.coverage, ops.rejects, ops.audit, ops.unit_rules, int_audit_rows
-- Params  $since  timestamptz, first snapshot of the window
--         $until  timestamptz, last one
-- Window  snapshot_at
-- Slices  30 runs
-- The score is the least of five shares, so that no strength hides a weakness.
with

asked as (

    select
        runs.run_id,
        runs.snapshot_at,
        runs.is_simulated,
        coverage.venue,
        coverage.instruments_expected,
        coverage.received,
        coverage.accepted
    from ops.runs as runs
    inner join ops.coverage as coverage
        on runs.run_id = coverage.run_id
    where
        runs.flow in ('nightly', 'snapshot')
        and runs.snapshot_at between $since and $until
        and coverage.status <> 'skipped'

),

-- What is quoted in another currency is none of ours, and says nothing about the venue.
foreign_rows as (

    select
        rejects.run_id,
        rejects.venue,
        count(*) as refused
    from ops.rejects as rejects
    inner join asked
        using (run_id, venue)
    where rejects.check_name = 'quote_in_usd'
    group by all

),

stored as (

    select
        facts.snapshot_at,
        facts.venue,
        count(*) as stored,
        count(*) filter (where facts.quality <> 'ok') as suspect,
        count(*) filter (where facts.is_timely) as timely,
        count(rules.unit_rule) as tagged
    from int_audit_rows as facts
    left join ops.unit_rules as rules
        on facts.unit_rule = rules.unit_rule
    where facts.is_audited
    group by all

),

found as (

    select
        run_id,
        venue,
        count(*) as findings,
        count(distinct symbol) as flagged,
        bool_or(symbol is null) as is_whole_venue
    from ops.audit
    where snapshot_at between $since and $until
    group by all

),

parts as (

    select
        asked.*,
        coalesce(stored.stored, 0) as stored,
        coalesce(stored.suspect, 0) as suspect,
        coalesce(found.findings, 0) as findings,
        case
            when asked.instruments_expected > 0
                then least(1, asked.accepted / asked.instruments_expected)
            else least(1, asked.accepted)
        end as completeness,
        stored.timely / stored.stored as freshness,
        asked.accepted
        / nullif(asked.received - coalesce(foreign_rows.refused, 0), 0) as validity,
        case
            when stored.stored is null then null
            when found.is_whole_venue then 0
            else 1 - least(1, coalesce(found.flagged, 0) / stored.stored)
        end as consistency,
        stored.tagged / stored.stored as convention
    from asked
    left join stored
        using (snapshot_at, venue)
    left join foreign_rows
        on
            asked.run_id = foreign_rows.run_id
            and asked.venue = foreign_rows.venue
    left join found
        on
            asked.run_id = found.run_id
            and asked.venue = found.venue

)

select
    run_id,
    snapshot_at,
    venue,
    least(completeness, freshness, validity, consistency, convention) as score,
    completeness,
    freshness,
    validity,
    consistency,
    convention,
    instruments_expected as rows_expected,
    cast(stored as integer) as rows_stored,
    cast(suspect as integer) as rows_suspect,
    cast(findings as integer) as findings,
    is_simulated
from parts
order by
    snapshot_at,
    run_id,
    venue
