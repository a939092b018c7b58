-- 012_observed: positions that an exchange shows to everyone: what was asked, and what they say.
create table ops.observations (
    run_id varchar not null,
    snapshot_at timestamptz not null,
    venue varchar not null,
    accounts_listed integer not null,
    accounts_answered integer not null,
    positions_received integer not null,
    positions_accepted integer not null,
    positions_rejected integer not null,
    note varchar,
    is_simulated boolean not null,
    recorded_at timestamptz not null
);

create table marts.observed_map (
    snapshot_at timestamptz not null,
    asset varchar not null,
    venue varchar not null,
    side varchar not null,
    price_low double not null,
    price_high double not null,
    base double not null,
    usd double not null,
    positions integer not null,
    is_simulated boolean not null
);

create table marts.observed_coverage (
    snapshot_at timestamptz not null,
    asset varchar not null,
    venue varchar not null,
    accounts integer not null,
    positions integer not null,
    long_base double not null,
    short_base double not null,
    unplaced_base double not null,
    oi_base double,
    long_share double,
    short_share double,
    is_simulated boolean not null
);

create table marts.observed_leverage (
    snapshot_at timestamptz not null,
    asset varchar not null,
    leverage_low double not null,
    leverage_high double not null,
    weight double not null,
    positions integer not null,
    base double not null,
    is_simulated boolean not null
);
