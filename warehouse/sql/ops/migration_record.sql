-- migration_record: write down the schema that a database was brought to.
-- Grain   one row per version
-- Inputs  ops.migrations
-- Params  $version, $sha256, $applied_at
merge into ops.migrations
using (
    select
        $version::integer as version,
        'contracts' as name,
        $sha256::varchar as sha256,
        $applied_at::timestamptz as applied_at
) as brought
    on migrations.version = brought.version
when matched then
    update set
        sha256 = brought.sha256,
        applied_at = brought.applied_at
when not matched then
    insert (version, name, sha256, applied_at)
    values (brought.version, brought.name, brought.sha256, brought.applied_at)
