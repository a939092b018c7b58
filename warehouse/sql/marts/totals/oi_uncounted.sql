-- oi_uncounted: rows that are stored but not counted, and why.
-- Grain   one row per (snapshot_at, kind_group, venue, reason)
-- Inputs  int_open_interest_judged, int_instruments_numbered
-- Params  $since  timestamptz, first instant of the window
--         $until  timestamptz, last instant of the window
-- Window  snapshot_at
-- Slices  2500000 rows of core.open_interest
select
    judged.snapshot_at,
    instruments.kind_group,
    instruments.venue,
    judged.reason,
    cast(count(*) as integer) as instruments,
    min(instruments.symbol) as symbol
from int_open_interest_judged as judged
inner join int_instruments_numbered as instruments
    on judged.instrument_id = instruments.instrument_id
where
    not judged.is_fresh
    and judged.snapshot_at between $since and $until
group by
    judged.snapshot_at,
    instruments.kind_group,
    instruments.venue,
    judged.reason
order by
    judged.snapshot_at asc,
    instruments.kind_group asc,
    instruments.venue asc,
    judged.reason asc
