-- floor_oi_concentration: marts.oi_concentration as one query over totals that have no gaps.
-- Params  $since, $until  timestamptz, first and last snapshot
with

placed as (

    select
        snapshot_at,
        asset,
        venue,
        share,
        row_number() over (partition by snapshot_at, asset order by share desc) as place,
        count(*) over (partition by snapshot_at, asset) as venues
    from marts.oi_by_venue
    where snapshot_at <= $until

),

measured as (

    select
        snapshot_at,
        asset,
        count(*) as venues,
        sum(share * share) as hhi,
        sum(share) filter (where place <= 3) as cr3,
        exp(-sum(share * ln(share))) as entropy_venues,
        arg_max(venue, share) as top_venue,
        max(share) as top_venue_share
    from placed
    where snapshot_at >= $since
    group by all

)

select
    measured.*,
    100 * (measured.top_venue_share - day.share) as top_venue_share_change_24h_pp,
    100 * (measured.top_venue_share - week.share) as top_venue_share_change_7d_pp
from measured
left join placed as day
    on
        measured.snapshot_at - interval 24 hour = day.snapshot_at
        and measured.asset = day.asset
        and measured.top_venue = day.venue
        and measured.venues = day.venues
left join placed as week
    on
        measured.snapshot_at - interval 168 hour = week.snapshot_at
        and measured.asset = week.asset
        and measured.top_venue = week.venue
        and measured.venues = week.venues
order by measured.snapshot_at, measured.asset
