-- contradicted_find: rows whose mark differs from what is measured of their figure.
-- Grain   one row per row of core.open_interest to mark or to clear
-- Inputs  core.open_interest, marts.conventions, ops.unit_rules
-- What lies between the last night of one verdict and the first of the next has no known meaning.
create or replace temp table contradicted_rows as
with

spans as (

    select distinct
        venue,
        product,
        field,
        coalesce(last_before, '-infinity'::timestamptz) as since,
        coalesce(until, 'infinity'::timestamptz) as until
    from marts.conventions
    where is_suspect

),

judged as (

    select
        known.rowid as row_id,
        coalesce(known.is_contradicted, false) as was_contradicted,
        count(spans.venue) > 0 as is_contradicted
    from core.open_interest as known
    left join ops.unit_rules as rules
        on known.unit_rule = rules.unit_rule
    left join spans
        on
            known.venue = spans.venue
            and coalesce(rules.product, known.kind) = spans.product
            and coalesce(rules.field, known.unit_rule) = spans.field
            and known.snapshot_at > spans.since
            and known.snapshot_at < spans.until
    where
        known.superseded_at is null
        and (
            known.is_contradicted
            or (
                core.told_quality(known.quality, known.suspect_reason) = 'ok'
                and known.venue in (select listed.venue from spans as listed)
            )
        )
    group by known.rowid, known.is_contradicted

)

select
    row_id,
    is_contradicted
from judged
where is_contradicted <> was_contradicted
order by row_id
