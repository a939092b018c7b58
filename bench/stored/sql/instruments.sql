-- instruments: what every venue of the made-up market lists.
-- Grain   one row per (venue, symbol)
-- Params  $venues       integer, how many venues
--         $instruments  integer, how many instruments each lists
--         $since        timestamptz, when they were first listed
-- Of a venue's instruments 84 % are linear perpetuals, 8 % inverse ones, 8 % dated futures.
with

numbered as (

    select
        v.venue_number,
        i.place,
        cast(ceil(0.84 * $instruments) as integer) as perps,
        cast(floor(0.08 * $instruments) as integer) as inverses
    from range(1, $venues + 1) as v (venue_number)
    cross join range($instruments) as i (place)

),

placed as (

    select
        *,
        case
            when place < perps then place
            when place < perps + inverses then place - perps
            else place - perps - inverses
        end as rank,
        case when place < perps + inverses then 'perp' else 'future' end as kind,
        case when place between perps and perps + inverses - 1 then 'inverse' else 'linear' end
            as margin
    from numbered

),

named as (

    select
        *,
        case when rank = 0 then 'BTC' else 'C' || lpad(rank::varchar, 3, '0') end as asset
    from placed

)

select
    'venue' || lpad(venue_number::varchar, 2, '0') as venue,
    case
        when margin = 'inverse' then asset || '/USD:' || asset
        when kind = 'future' then asset || '/USDT:USDT-271231'
        else asset || '/USDT:USDT'
    end as symbol,
    symbol as market_id,
    'swap' as product,
    asset,
    1.0::double as base_multiplier,
    'USDT' as quote,
    'USDT' as settle,
    kind,
    margin,
    1.0::double as contract_size,
    'base' as contract_size_unit,
    case when kind = 'future' then timestamptz '2027-12-31 08:00:00+00' end as expiry,
    null::double as strike,
    null::varchar as option_type,
    50.0::double as max_leverage,
    null::timestamptz as listed_at,
    true as is_active,
    venue_number,
    place,
    rank
from named
order by venue_number, place
