-- 027_matched_depth: positions are set against the order books of their own exchanges alone, and
-- the map is scored on every bin that price went through.

-- Whether the order books read belong to enough of the open interest for a figure that rests on
-- them: three fifths (M25).
create macro core.is_covered(part) as (part >= 0.6);

alter table marts.stress add column covered_share double;
alter table marts.stress add column withheld_reason varchar;
alter table marts.stress alter column rounds drop not null;
alter table marts.stress alter column liquidated_base drop not null;
alter table marts.stress alter column liquidated_usd drop not null;
alter table marts.stress alter column final_price drop not null;
alter table marts.stress alter column move_pct drop not null;
alter table marts.stress alter column multiplier drop not null;
alter table marts.stress alter column reproduction_number drop not null;
alter table marts.stress alter column stop_reason drop not null;
alter table marts.coupled_stress add column covered_share double;
alter table marts.contagion add column covered_share double;
alter table marts.clusters add column covered_share double;
alter table marts.oi_by_asset add column depth_covered_share double;

alter table marts.liquidation_balance add column mark_price double;
alter table marts.liquidation_balance add column depth_2pct_usd double;

-- Bins that the map had left empty are missing from these: `build --full` scores old maps again.
delete from marts.cluster_scores;
