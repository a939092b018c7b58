-- contradictions: figures that are not counted, since they are measured to mean another thing.
-- Grain   one row per venue, product, field and test
-- Inputs  marts.conventions
-- Params  $snapshot_at
select
    conventions.venue,
    conventions.product,
    conventions.field,
    conventions.test,
    conventions.verdict,
    conventions.n,
    conventions.p_value,
    conventions.since
from marts.conventions as conventions
where
    conventions.is_suspect
    and $snapshot_at > coalesce(conventions.last_before, timestamptz '1970-01-01 00:00:00+00')
    and $snapshot_at < coalesce(conventions.until, timestamptz '9999-01-01 00:00:00+00')
order by
    conventions.venue,
    conventions.product,
    conventions.field,
    list_position(['parity', 'volume', 'ratio', 'unit', 'size'], conventions.test)
