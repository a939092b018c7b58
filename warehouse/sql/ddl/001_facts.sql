-- 001_facts: schemas, facts and the operational ledger.
-- No primary keys on facts: loads are keyed by MERGE-like SQL in one transaction.
create schema if not exists raw;
create schema if not exists core;
create schema if not exists ops;
create schema if not exists marts;

create table core.instruments (
    venue varchar not null,
    symbol varchar not null,
    market_id varchar not null,
    product varchar not null,
    asset varchar not null,
    base_multiplier double not null,
    quote varchar not null,
    settle varchar not null,
    kind varchar not null,
    margin varchar not null,
    contract_size double,
    contract_size_unit varchar,
    expiry timestamptz,
    strike double,
    option_type varchar,
    max_leverage double,
    listed_at timestamptz,
    is_active boolean not null,
    valid_from timestamptz not null,
    valid_to timestamptz
);

create table core.open_interest (
    snapshot_at timestamptz not null,
    observed_at timestamptz not null,
    recorded_at timestamptz not null,
    superseded_at timestamptz,
    run_id varchar not null,
    venue varchar not null,
    symbol varchar not null,
    asset varchar not null,
    kind varchar not null,
    margin varchar not null,
    oi_contracts double,
    oi_base double not null,
    oi_usd double,
    mark_price double,
    index_price double,
    last_price double,
    volume_24h_base double,
    volume_24h_usd double,
    funding_rate double,
    funding_interval_hours double,
    unit_rule varchar not null,
    counting_factor double not null,
    source varchar not null,
    quality varchar not null,
    is_simulated boolean not null
);

create table core.bars (
    bar_at timestamptz not null,
    interval varchar not null,
    venue varchar not null,
    symbol varchar not null,
    asset varchar not null,
    open double not null,
    high double not null,
    low double not null,
    close double not null,
    volume_base double,
    volume_usd double
);

create table ops.runs (
    run_id varchar not null,
    flow varchar not null,
    snapshot_at timestamptz not null,
    started_at timestamptz not null,
    ended_at timestamptz,
    state varchar not null,
    version varchar not null,
    source varchar not null,
    is_simulated boolean not null,
    error varchar
);

create table ops.coverage (
    run_id varchar not null,
    venue varchar not null,
    status varchar not null,
    instruments_expected integer not null,
    received integer not null,
    accepted integer not null,
    rejected integer not null,
    requests integer not null,
    seconds double not null,
    error varchar
);

create table ops.rejects (
    run_id varchar not null,
    venue varchar not null,
    symbol varchar,
    check_name varchar not null,
    reason varchar not null,
    record varchar not null,
    recorded_at timestamptz not null
);

create table ops.deliveries (
    recipient varchar not null,
    report_date date not null,
    kind varchar not null,
    message_id varchar not null,
    state varchar not null,
    attempts integer not null,
    sent_at timestamptz,
    error varchar
);

create table ops.unit_rules (
    unit_rule varchar not null,
    venue varchar not null,
    product varchar not null,
    field varchar not null,
    unit varchar not null,
    contract_size_source varchar,
    counting_factor double not null,
    unit_evidence varchar not null,
    counting_evidence varchar not null,
    unit_source varchar not null,
    counting_source varchar not null,
    valid_from timestamptz,
    valid_to timestamptz
);
