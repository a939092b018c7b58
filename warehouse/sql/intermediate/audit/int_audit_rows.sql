-- int_audit_rows: current facts of the snapshots to audit and of those they are compared with.
-- Grain   one row per (snapshot_at, venue, symbol)
-- Inputs  core.open_interest, int_audit_snapshots
-- Params  $max_age_minutes  double, further from the snapshot than this is stale
-- held is what a price move alone leaves unchanged (core.held): USD of face value for inverse
-- contracts, number of quanto contracts, else coins; traded is the 24-hour volume in the same unit,
-- null for quanto contracts and options, whose volume comes in units of its own. price is that of
-- the coin.
with

facts as (

    select
        facts.*,
        snapshots.is_audited,
        snapshots.place,
        facts.margin = 'inverse' and facts.kind <> 'option' as is_usd_sized,
        core.is_timely(facts.snapshot_at, facts.observed_at, $max_age_minutes) as is_timely
    from core.open_interest as facts
    inner join int_audit_snapshots as snapshots
        on facts.snapshot_at = snapshots.snapshot_at
    where facts.superseded_at is null

)

select
    snapshot_at,
    observed_at,
    is_audited,
    place,
    venue,
    symbol,
    asset,
    kind,
    unit_rule,
    quality,
    suspect_reason,
    is_timely,
    is_simulated,
    oi_contracts,
    oi_base,
    oi_usd,
    route_usd,
    case when kind = 'option' then coalesce(index_price, mark_price) else mark_price end as price,
    case
        when is_usd_sized then 'USD'
        when margin = 'quanto' and kind <> 'option' then 'contracts'
        else 'coin'
    end as unit,
    core.held(kind, margin, oi_base, oi_usd, oi_contracts, null) as held,
    case
        when kind = 'option' or margin = 'quanto' then null
        when is_usd_sized then volume_24h_usd
        else volume_24h_base
    end as traded,
    is_timely and core.is_sound(quality, oi_base, oi_usd) as is_sound
from facts
