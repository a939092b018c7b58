-- 002_marts: what analysts and the report read. Comments come from the schemas.
create table marts.oi_by_asset (
    snapshot_at timestamptz not null,
    asset varchar not null,
    kind_group varchar not null,
    oi_base double not null,
    oi_usd double not null,
    oi_usd_linear double not null,
    oi_usd_inverse double not null,
    oi_usd_quanto double not null,
    venues integer not null,
    instruments integer not null,
    coverage double not null,
    published boolean not null,
    withheld_reason varchar,
    change_1h_pct double,
    change_4h_pct double,
    change_24h_pct double,
    change_7d_pct double,
    matched_24h_share double,
    flow_usd_24h double,
    revaluation_usd_24h double,
    price double,
    price_change_24h_pct double,
    volume_24h_usd double,
    oi_to_volume double,
    depth_2pct_usd double,
    oi_to_depth_2pct double,
    funding_8h_oi_weighted double,
    funding_apr double,
    hhi double,
    effective_venues double,
    top_venue varchar,
    top_venue_share double,
    is_simulated boolean not null
);

create table marts.oi_by_venue (
    snapshot_at timestamptz not null,
    asset varchar not null,
    kind_group varchar not null,
    venue varchar not null,
    oi_base double not null,
    oi_usd double not null,
    share double,
    share_change_24h_pp double,
    unit_evidence varchar not null,
    counting_evidence varchar not null,
    is_simulated boolean not null
);

create table marts.oi_regimes (
    bar_at timestamptz not null,
    horizon varchar not null,
    asset varchar not null,
    price_change_pct double,
    oi_change_pct double,
    cell varchar,
    exhaustion varchar,
    pre_event varchar,
    squeeze varchar,
    is_simulated boolean not null
);

create table marts.oi_profile (
    snapshot_at timestamptz not null,
    asset varchar not null,
    venue varchar not null,
    side varchar not null,
    price_low double not null,
    price_high double not null,
    base double not null,
    usd double not null,
    is_simulated boolean not null
);

create table marts.clusters (
    snapshot_at timestamptz not null,
    asset varchar not null,
    kind varchar not null,
    cluster_id varchar not null,
    side varchar not null,
    price_low double not null,
    price_high double not null,
    price_peak double not null,
    centroid double not null,
    base double not null,
    usd double not null,
    usd_low double,
    usd_high double,
    share double not null,
    prominence double not null,
    distance_pct double not null,
    mass_to_depth double,
    venues_hhi double,
    age_hours double,
    status varchar not null,
    is_simulated boolean not null
);
