-- floor_term_structure: marts.term_structure as one query over facts that have no gaps.
-- Params  $since, $until  timestamptz, first and last snapshot
with

facts as (

    select
        told.snapshot_at,
        told.asset,
        told.venue,
        listed.expiry,
        told.symbol,
        told.margin,
        told.kind,
        told.mark_price,
        told.index_price,
        date_diff('microsecond', told.snapshot_at, listed.expiry) / 86400e6 as days,
        told.mark_price / told.index_price - 1 as basis,
        told.oi_base,
        told.oi_usd,
        told.is_simulated
    from core.open_interest as told
    inner join core.instruments as listed
        on
            told.venue = listed.venue
            and told.symbol = listed.symbol
    where
        told.superseded_at is null
        and told.quality = 'ok'
        and told.kind in ('perp', 'future')
        and told.snapshot_at between $since and $until

),

dated as (

    select distinct
        snapshot_at,
        asset
    from facts
    where kind = 'future'

),

judged as (

    select
        facts.*,
        case
            when facts.mark_price is null then 'no mark price'
            when facts.index_price is null then 'no index price'
            when facts.days < 1 then 'under a day to expiry'
        end as reason
    from facts
    semi join dated
        on
            facts.snapshot_at = dated.snapshot_at
            and facts.asset = dated.asset

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
    100 * basis as basis_pct,
    case when reason is null then 100 * basis * 365 / days end as basis_annualised_pct,
    case when reason is null then 100 * ((1 + basis) ** (365 / days) - 1) end
        as basis_annualised_compound_pct,
    oi_base,
    oi_usd,
    reason,
    is_simulated
from judged
order by snapshot_at, asset, expiry nulls first, venue, symbol
