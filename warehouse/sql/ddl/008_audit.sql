-- 008_audit: what the auditor finds, data quality, and facts of which only the value is known.

-- A figure in USD that came without a price has no coins; it is stored, and never summed.
alter table core.open_interest alter column oi_base drop not null;

-- USD by the route that lies furthest from oi_usd.
alter table core.open_interest add column route_usd double;

create table ops.audit (
    run_id varchar not null,
    snapshot_at timestamptz not null,
    venue varchar not null,
    symbol varchar,
    asset varchar,
    check_name varchar not null,
    seen double not null,
    expected double not null,
    unit varchar not null,
    ratio double,
    severity varchar not null,
    detail varchar not null
);

create table marts.data_quality (
    run_id varchar not null,
    snapshot_at timestamptz not null,
    venue varchar not null,
    score double not null,
    completeness double not null,
    freshness double,
    validity double,
    consistency double,
    convention double,
    rows_expected integer not null,
    rows_stored integer not null,
    rows_suspect integer not null,
    findings integer not null,
    is_simulated boolean not null
);
