-- 031_rule_spans: what held before a rule, and rules of a time whose meaning nobody knows.
alter table ops.unit_rules add column follows varchar;
alter table ops.unit_rules add column suspect_reason varchar;
