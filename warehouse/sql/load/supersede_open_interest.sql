-- supersede_open_interest: close the current rows that the staged ones restate.
-- That a row is marked for what was measured of its figure is no difference: that is judged later.
-- Inputs  core.open_interest, staged_open_interest
-- Params  $recorded_at  timestamptz, when the restatement becomes known
update core.open_interest as known
set superseded_at = $recorded_at
from staged_open_interest as staged
where
    known.superseded_at is null
    and known.snapshot_at = staged.snapshot_at
    and known.venue = staged.venue
    and known.symbol = staged.symbol
    and (
        known.observed_at, known.asset, known.kind, known.margin, known.oi_contracts,
        known.oi_base, known.oi_usd, known.mark_price, known.index_price, known.last_price,
        known.volume_24h_base, known.volume_24h_usd, known.funding_rate,
        known.funding_interval_hours, known.unit_rule, known.counting_factor, known.source,
        case
            when known.is_contradicted then 'ok'
            else core.told_quality(known.quality, known.suspect_reason)
        end, known.is_simulated,
        known.route_usd, known.oi_long_base, known.oi_short_base, known.pool_net_base
    ) is distinct from (
        staged.observed_at, staged.asset, staged.kind, staged.margin, staged.oi_contracts,
        staged.oi_base, staged.oi_usd, staged.mark_price, staged.index_price, staged.last_price,
        staged.volume_24h_base, staged.volume_24h_usd, staged.funding_rate,
        staged.funding_interval_hours, staged.unit_rule, staged.counting_factor, staged.source,
        staged.quality, staged.is_simulated, staged.route_usd, staged.oi_long_base,
        staged.oi_short_base, staged.pool_net_base
    )
