-- 033_conventions: what the figures of each exchange are measured to mean, night by night; rows
-- whose rule that contradicts are suspect.
alter table core.open_interest add column is_contradicted boolean;

create table marts.convention_nights (
    snapshot_at timestamptz not null,
    venue varchar not null,
    product varchar not null,
    field varchar not null,
    unit varchar not null,
    counting_factor double not null,
    instruments integer not null,
    parity_n integer not null,
    parity_even integer not null,
    fresh_n integer not null,
    fresh_even integer not null,
    volume_within integer not null,
    volume_beyond integer not null,
    ratio_same integer not null,
    ratio_twice integer not null,
    ratio_half integer not null,
    relation varchar,
    relation_n integer not null,
    relation_hits integer not null,
    relation_ratio double,
    spread_n integer not null,
    spread_contracts double,
    spread_base double,
    spread_usd double,
    is_simulated boolean not null
);

create table marts.conventions (
    venue varchar not null,
    product varchar not null,
    field varchar not null,
    test varchar not null,
    n integer not null,
    statistic double,
    p_value double,
    verdict varchar not null,
    since timestamptz not null,
    agrees boolean,
    last_before timestamptz,
    until timestamptz,
    measured_at timestamptz not null,
    is_suspect boolean not null,
    is_simulated boolean not null
);
