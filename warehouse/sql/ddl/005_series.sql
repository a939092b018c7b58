-- 005_series: open interest as series (candles, anomalies, imbalance), what they need from the
-- user (events, supply), and the columns they add to older marts. Comments come from the schemas.

-- Lengths of bars in microseconds: one place that knows them.
create macro core.bar_us("interval") as (
    case "interval"
        when '5m' then 300000000
        when '1h' then 3600000000
        when '4h' then 14400000000
        when '24h' then 86400000000
        when '1d' then 86400000000
    end
);

-- Start of the bar that holds an instant; bars begin at 00:00 UTC.
create macro core.bar_start("interval", instant) as (
    make_timestamptz(epoch_us(instant) - epoch_us(instant) % core.bar_us("interval"))
);

-- Two sides as one number from -1 to 1; null where neither is known or both are zero.
create macro core.imbalance(one, other) as (
    (one - other) / nullif(one + other, 0)
);

-- A falling open interest against a price that still trends, from the t-values of both lines.
-- A trend that was judged and is neither is none.
create macro core.exhaustion_label(price_t, oi_t) as (
    case
        when oi_t < -2 and price_t > 2 then 'uptrend_exhaustion'
        when oi_t < -2 and price_t < -2 then 'downtrend_exhaustion'
        else 'none'
    end
);

-- A jump of the price against falling open interest. The share of liquidations that hit shorts
-- (0 to 1) confirms or refutes it; without one it stays unconfirmed.
create macro core.squeeze_label(price_z, oi_z, short_share, jump) as (
    case
        when price_z is null or oi_z is null then null
        when oi_z > -jump or abs(price_z) < jump then 'none'
        when price_z > 0 and short_share is null then 'short_squeeze_unconfirmed'
        when price_z < 0 and short_share is null then 'long_capitulation_unconfirmed'
        when price_z > 0 and short_share >= 0.6 then 'short_squeeze'
        when price_z < 0 and short_share <= 0.4 then 'long_capitulation'
        else 'none'
    end
);

-- Taker-initiated net positions of one bar: with flow and open interest of one sign the takers
-- opened or closed longs, else shorts. Both in the unit of the change; positive: opened.
create macro core.net_taker_long(taker_flow, oi_change) as (
    case
        when taker_flow is null or oi_change is null then null
        when sign(taker_flow) * sign(oi_change) > 0 then oi_change
        else 0
    end
);

create macro core.net_taker_short(taker_flow, oi_change) as (
    case
        when taker_flow is null or oi_change is null then null
        when sign(taker_flow) * sign(oi_change) < 0 then oi_change
        else 0
    end
);

create table core.events (
    event_at timestamptz not null,
    asset varchar not null,
    event_type varchar not null
);

create table core.supply (
    as_of timestamptz not null,
    asset varchar not null,
    circulating_base double,
    exchange_reserve_base double
);

create table ops.builds (
    as_of timestamptz not null,
    since timestamptz not null,
    until timestamptz not null,
    is_full boolean not null
);

alter table marts.oi_by_asset add column price_change_1h_pct double;
alter table marts.oi_by_asset add column price_change_4h_pct double;
alter table marts.oi_by_asset add column depth_1pct_usd double;
alter table marts.oi_by_asset add column oi_to_depth_1pct double;
alter table marts.oi_by_asset add column depth_truncated boolean;
alter table marts.oi_by_asset add column oi_to_market_cap double;
alter table marts.oi_by_asset add column leverage_ratio double;
alter table marts.oi_by_asset add column basis_pct double;

create table marts.oi_candles (
    bar_at timestamptz not null,
    "interval" varchar not null,
    asset varchar not null,
    venue varchar not null,
    open double not null,
    high double not null,
    low double not null,
    close double not null,
    close_usd double not null,
    delta_base double not null,
    change_open double not null,
    change_high double not null,
    change_low double not null,
    change_close double not null,
    n_obs integer not null,
    close_at timestamptz not null,
    change_pct double,
    change_usd double,
    is_simulated boolean not null
);

create table marts.oi_anomalies (
    bar_at timestamptz not null,
    "interval" varchar not null,
    asset varchar not null,
    venue varchar not null,
    change_pct double,
    mean double,
    sd double,
    z double,
    robust_z double,
    status varchar not null,
    side varchar,
    confirmed boolean,
    close_usd double not null,
    change_usd double,
    is_spike boolean,
    severity varchar,
    is_simulated boolean not null
);

create table marts.oi_pre_events (
    event_at timestamptz not null,
    asset varchar not null,
    event_type varchar not null,
    measured_at timestamptz not null,
    build_pct double not null,
    mean_pct double,
    sd_pct double,
    z double,
    percentile double,
    windows integer not null,
    is_simulated boolean not null
);

create table marts.funding_extremes (
    snapshot_at timestamptz not null,
    asset varchar not null,
    funding_8h_oi_weighted double not null,
    funding_apr double not null,
    percentile_90d double,
    percentile_365d double,
    days_90d integer not null,
    days_365d integer not null,
    extreme varchar,
    is_simulated boolean not null
);

create table marts.oi_concentration (
    snapshot_at timestamptz not null,
    asset varchar not null,
    kind_group varchar not null,
    venues integer not null,
    hhi double not null,
    effective_venues double not null,
    cr3 double not null,
    entropy_venues double not null,
    top_venue varchar not null,
    top_venue_share double not null,
    top_venue_share_change_24h_pp double,
    top_venue_share_change_7d_pp double,
    is_simulated boolean not null
);

create table marts.oi_imbalance (
    snapshot_at timestamptz not null,
    asset varchar not null,
    account_imbalance double,
    long_short_accounts double,
    top_imbalance double,
    top_minus_accounts double,
    taker_imbalance double,
    net_taker_long_base double,
    net_taker_short_base double,
    funding_percentile double,
    basis_pct double,
    basis_percentile double,
    vulnerability_imbalance double,
    pool_imbalance double,
    imbalance_index double,
    members varchar,
    is_simulated boolean not null
);
