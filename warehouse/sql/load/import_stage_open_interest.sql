-- import_stage_open_interest: the rows of a slice that are left, one per instrument and instant.
-- Inputs  import_slice, import_repeats
create or replace temp table staged_open_interest as
select
    slice.snapshot_at,
    slice.observed_at,
    slice.venue,
    slice.symbol,
    slice.asset,
    slice.kind,
    slice.margin,
    slice.oi_contracts,
    slice.oi_base,
    slice.oi_usd,
    slice.oi_long_base,
    slice.oi_short_base,
    slice.pool_net_base,
    slice.mark_price,
    slice.index_price,
    slice.last_price,
    slice.volume_24h_base,
    slice.volume_24h_usd,
    slice.funding_rate,
    slice.funding_interval_hours,
    slice.unit_rule,
    slice.counting_factor,
    'import' as source,
    slice.quality,
    false as is_simulated,
    null::double as route_usd
from import_slice as slice
where slice.row_id not in (select repeats.row_id from import_repeats as repeats)
