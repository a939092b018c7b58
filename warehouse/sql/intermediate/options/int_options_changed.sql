-- int_options_changed: what opened or closed in each option since a day and a week before.
-- Grain   one row per (snapshot_at, venue, symbol) that has a change
-- Inputs  int_options_known, int_options_references, marts.option_chain, core.instruments
-- Params  $since  timestamptz, first instant of the window
--         $until  timestamptz, last instant of the window
-- Coins of the underlying, which are contracts times their size. An option that was not told at the
-- reference counts from 0 if it was listed since, on a venue whose listing was known by then; else
-- nobody knows what it held, and it has no change.
with

listings as (

    select
        venue,
        symbol,
        min(valid_from) as first_at,
        min(listed_at) as opened_at,
        min(min(valid_from)) over (partition by venue) as venue_at
    from core.instruments
    where kind = 'option'
    group by venue, symbol

),

earlier as (

    select
        snapshot_at as reference_at,
        venue,
        symbol,
        oi_base
    from marts.option_chain
    where snapshot_at between $since - interval '7 days 30 minutes' and $until

),

paired as (

    select
        known.snapshot_at,
        known.venue,
        known.symbol,
        found.horizon,
        known.oi_base - coalesce(
            earlier.oi_base,
            case
                when
                    listings.opened_at > found.reference_at
                    or (
                        listings.first_at > found.reference_at
                        and listings.venue_at <= found.reference_at
                    )
                    then 0
            end
        ) as change
    from int_options_known as known
    inner join int_options_references as found
        using (snapshot_at, asset, venue)
    left join earlier
        on
            found.reference_at = earlier.reference_at
            and known.venue = earlier.venue
            and known.symbol = earlier.symbol
    left join listings
        on
            known.venue = listings.venue
            and known.symbol = listings.symbol
    where known.standing = 'counts'

)

select
    snapshot_at,
    venue,
    symbol,
    max(change) filter (where horizon = '24h') as change_24h,
    max(change) filter (where horizon = '7d') as change_7d
from paired
where change is not null
group by snapshot_at, venue, symbol
