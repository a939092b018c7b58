-- 004_market_data: facts beside open interest, and how far a backfill has come.
create table core.positioning (
    "at" timestamptz not null,
    venue varchar not null,
    symbol varchar not null,
    asset varchar not null,
    measure varchar not null,
    period varchar not null,
    long_share double not null,
    short_share double not null,
    long_base double,
    short_base double,
    source varchar not null,
    is_simulated boolean not null,
    run_id varchar not null,
    recorded_at timestamptz not null,
    superseded_at timestamptz
);

create table core.liquidations (
    "at" timestamptz not null,
    venue varchar not null,
    symbol varchar not null,
    asset varchar not null,
    side varchar not null,
    price double,
    base double not null,
    usd double,
    coverage varchar not null,
    event_id varchar not null,
    span_seconds double not null,
    source varchar not null,
    is_simulated boolean not null,
    run_id varchar not null,
    recorded_at timestamptz not null,
    superseded_at timestamptz
);

create table core.depth (
    snapshot_at timestamptz not null,
    venue varchar not null,
    symbol varchar not null,
    asset varchar not null,
    band double not null,
    side varchar not null,
    base double not null,
    usd double not null,
    truncated boolean not null,
    is_simulated boolean not null,
    run_id varchar not null,
    recorded_at timestamptz not null,
    superseded_at timestamptz
);

create table core.leverage_tiers (
    venue varchar not null,
    symbol varchar not null,
    asset varchar not null,
    floor_usd double,
    cap_usd double,
    floor_base double,
    cap_base double,
    max_leverage double,
    maintenance_margin_rate double,
    maintenance_amount double,
    as_of timestamptz not null,
    source varchar not null,
    is_simulated boolean not null,
    run_id varchar not null,
    recorded_at timestamptz not null,
    superseded_at timestamptz
);

create table core.options (
    snapshot_at timestamptz not null,
    observed_at timestamptz not null,
    venue varchar not null,
    symbol varchar not null,
    asset varchar not null,
    expiry timestamptz not null,
    strike double not null,
    option_type varchar not null,
    mark_iv double,
    delta double,
    gamma double,
    vega double,
    theta double,
    mark_price double,
    underlying_price double,
    oi_base double,
    oi_usd double,
    is_simulated boolean not null,
    run_id varchar not null,
    recorded_at timestamptz not null,
    superseded_at timestamptz
);

create table core.observed_positions (
    snapshot_at timestamptz not null,
    venue varchar not null,
    account varchar not null,
    symbol varchar not null,
    asset varchar not null,
    side varchar not null,
    base double not null,
    entry_price double,
    leverage double,
    liquidation_price double,
    is_simulated boolean not null,
    run_id varchar not null,
    recorded_at timestamptz not null,
    superseded_at timestamptz
);

create table ops.backfill (
    venue varchar not null,
    symbol varchar not null,
    kind varchar not null,
    since timestamptz not null,
    done_until timestamptz not null,
    row_count integer not null,
    state varchar not null,
    note varchar,
    updated_at timestamptz not null
);
