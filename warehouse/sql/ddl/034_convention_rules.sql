-- 034_convention_rules: by which rule the figures of a night were taken for what they are.
alter table marts.convention_nights add column unit_rule varchar;
