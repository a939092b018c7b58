-- 021_older_positions: positions older than the history are part of the profile, and told apart.
alter table marts.oi_profile add column initial_base double;

alter table marts.liquidation_balance alter column initial_share drop not null;
alter table marts.liquidation_balance alter column alive_share drop not null;
