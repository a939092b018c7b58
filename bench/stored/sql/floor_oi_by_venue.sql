-- floor_oi_by_venue: marts.oi_by_venue as one query over facts that have no gaps.
-- Params  $since, $until  timestamptz, first and last snapshot
with

summed as (

    select
        snapshot_at,
        asset,
        venue,
        sum(oi_base) as oi_base,
        sum(oi_usd) as oi_usd
    from core.open_interest
    where superseded_at is null and quality = 'ok' and snapshot_at <= $until
    group by all

),

shared as (

    select
        *,
        oi_usd / sum(oi_usd) over asset_then as share,
        count(*) over asset_then as venues
    from summed
    window asset_then as (partition by snapshot_at, asset)

)

select
    later.snapshot_at,
    later.asset,
    later.venue,
    later.oi_base,
    later.oi_usd,
    later.share,
    100 * (later.share - earlier.share) as share_change_24h_pp
from shared as later
left join shared as earlier
    on
        later.snapshot_at - interval 24 hour = earlier.snapshot_at
        and later.asset = earlier.asset
        and later.venue = earlier.venue
        and later.venues = earlier.venues
where later.snapshot_at >= $since
order by later.snapshot_at, later.asset, later.venue
