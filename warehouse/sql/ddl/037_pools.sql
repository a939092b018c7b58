-- 037_pools: what traders hold against pools, each side, and what the pools hold against them.
alter table core.open_interest add column oi_long_base double;
alter table core.open_interest add column oi_short_base double;
alter table core.open_interest add column pool_net_base double;

-- Futures, options and what is open against pools are never summed together; this says which is
-- which.
create or replace macro core.kind_group(kind) as (
    case kind when 'option' then 'options' when 'pool' then 'pool' else 'futures' end
);

create table marts.pools (
    snapshot_at timestamptz not null,
    asset varchar not null,
    venue varchar not null,
    oi_long_base double not null,
    oi_short_base double not null,
    pool_net_base double not null,
    oi_base double not null,
    oi_usd double not null,
    pool_imbalance double,
    markets integer not null,
    is_simulated boolean not null
);
