-- term_structure: futures against their index, by expiry.
-- Grain   one row per (snapshot_at, venue, symbol)
-- Inputs  core.open_interest, core.instruments, int_open_interest_judged, int_instruments_numbered
-- Params  $since  timestamptz, first instant of the window
--         $until  timestamptz, last instant of the window
-- Window  snapshot_at
-- Slices  2500000 rows of core.open_interest
-- Of assets that have a dated future at the snapshot; the premium of all other perpetuals is in
-- marts.oi_by_asset. A contract expires when its listing of the time says, else when its symbol
-- does. Within a day of that a year's rate says nothing.
with

futures as (

    select
        snapshot_at,
        group_id,
        instrument_id,
        kind,
        margin,
        oi_base,
        oi_usd,
        is_simulated
    from int_open_interest_judged
    where
        is_fresh
        and kind in ('perp', 'future')
        and snapshot_at between $since and $until

),

dated as (

    select distinct
        snapshot_at,
        group_id
    from futures
    where kind = 'future'

),

named as (

    select
        futures.*,
        instruments.asset,
        instruments.venue,
        instruments.symbol
    from futures
    semi join dated
        on
            futures.snapshot_at = dated.snapshot_at
            and futures.group_id = dated.group_id
    inner join int_instruments_numbered as instruments
        on futures.instrument_id = instruments.instrument_id

),

terms as (

    select
        venue,
        symbol,
        expiry,
        case
            when row_number() over listings = 1 then timestamptz '-infinity'
            else valid_from
        end as from_at,
        coalesce(lead(valid_from) over listings, timestamptz 'infinity') as until_at
    from core.instruments
    where kind = 'future'
    window listings as (partition by venue, symbol order by valid_from)

),

priced as (

    select
        named.snapshot_at,
        named.asset,
        named.venue,
        named.symbol,
        named.kind,
        named.margin,
        named.oi_base,
        named.oi_usd,
        named.is_simulated,
        facts.mark_price,
        facts.index_price,
        case
            when named.kind = 'future' then coalesce(terms.expiry, core.expires_at(named.symbol))
        end as expiry,
        facts.mark_price / nullif(facts.index_price, 0) as ratio
    from named
    inner join core.open_interest as facts
        on
            named.snapshot_at = facts.snapshot_at
            and named.venue = facts.venue
            and named.symbol = facts.symbol
    left join terms
        on
            named.venue = terms.venue
            and named.symbol = terms.symbol
            and named.snapshot_at >= terms.from_at
            and named.snapshot_at < terms.until_at
    where
        facts.superseded_at is null
        and facts.snapshot_at between $since and $until

),

judged as (

    select
        *,
        date_diff('microsecond', snapshot_at, expiry) / 86400e6 as days,
        case
            when mark_price is null then 'no mark price'
            when index_price is null then 'no index price'
            when kind = 'future' and expiry is null then 'expiry unknown'
            when kind = 'future' and expiry < snapshot_at + interval 24 hour
                then 'under a day to expiry'
        end as reason
    from priced
    where expiry is null or expiry > snapshot_at

)

select
    snapshot_at,
    asset,
    venue,
    expiry,
    symbol,
    margin,
    mark_price,
    index_price,
    days,
    100 * (ratio - 1) as basis_pct,
    case when reason is null then 100 * (ratio - 1) * 365 / nullif(days, 0) end
        as basis_annualised_pct,
    case when reason is null and days > 0 then 100 * (ratio ** (365 / days) - 1) end
        as basis_annualised_compound_pct,
    oi_base,
    oi_usd,
    reason,
    is_simulated
from judged
order by snapshot_at, asset, expiry nulls first, venue, symbol
