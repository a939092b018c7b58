-- 000_migrations: the ledger of migrations itself. Run before every migration.
create schema if not exists ops;

create table if not exists ops.migrations (
    version integer not null,
    name varchar not null,
    sha256 varchar not null,
    applied_at timestamptz not null
);
