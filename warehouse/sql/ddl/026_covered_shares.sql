-- 026_covered_shares: what part of the open interest a ratio or an average speaks of.
alter table marts.oi_by_asset add column volume_covered_share double;
alter table marts.oi_by_asset add column basis_covered_share double;
