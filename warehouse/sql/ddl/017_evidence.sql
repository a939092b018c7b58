-- 017_evidence: when a map was first made, and what a learned mix of leverage rests on.
create table ops.first_maps (
    snapshot_at timestamptz not null,
    known_at timestamptz not null
);

alter table marts.liquidation_balance add column is_learned boolean;

alter table marts.leverage_calibration add column evidence varchar;
alter table marts.leverage_calibration add column observed_share double;
alter table marts.leverage_calibration add column observed_accounts integer;
alter table marts.leverage_calibration add column observed_usd double;
