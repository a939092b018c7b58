-- 039_fetches: what each exchange answered in each run, by file and content.
create table ops.fetches (
    run_id varchar not null,
    venue varchar not null,
    file varchar not null,
    content_sha256 varchar not null,
    responses integer not null,
    received_bytes bigint not null,
    loaded_at timestamptz not null
);
