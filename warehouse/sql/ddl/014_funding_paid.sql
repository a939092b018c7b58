-- 014_funding_paid: what funding costs a day, and how large it usually is.
alter table marts.oi_by_asset add column funding_usd_per_day double;

alter table marts.funding_extremes add column median_abs_90d double;
