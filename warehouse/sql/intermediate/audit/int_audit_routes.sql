-- int_audit_routes: every way from a stored row to its USD, and the one furthest from it.
-- Grain   one row per (snapshot_at, venue, symbol) with at least one other way
-- Inputs  int_audit_rows, core.instruments
-- other: the exchange's own further figures. coins: coins x price. contracts: contracts x size
-- (x price where the size is in coins); quanto contracts settle at a price that is not stored.
with

terms as (

    select
        venue,
        symbol,
        valid_from,
        valid_to,
        case
            when margin = 'quanto' then null
            when contract_size_unit = 'usd' then contract_size
        end as usd_each,
        case
            when margin = 'quanto' then null
            when contract_size_unit = 'base' then contract_size * base_multiplier
        end as coins_each
    from core.instruments

),

routes as (

    select
        facts.snapshot_at,
        facts.venue,
        facts.symbol,
        facts.asset,
        facts.oi_usd,
        facts.quality,
        facts.route_usd as other_usd,
        facts.oi_base * facts.price as coins_usd,
        case
            when terms.valid_to is null or facts.snapshot_at < terms.valid_to
                then
                    facts.oi_contracts
                    * coalesce(terms.usd_each, terms.coins_each * facts.price)
        end as contracts_usd
    from int_audit_rows as facts
    asof left join terms
        on
            facts.venue = terms.venue
            and facts.symbol = terms.symbol
            and facts.snapshot_at >= terms.valid_from
    where facts.is_audited and facts.oi_usd is not null

),

gaps as (

    select
        *,
        abs(oi_usd - other_usd) / nullif(greatest(oi_usd, other_usd), 0) as other_gap,
        abs(oi_usd - coins_usd) / nullif(greatest(oi_usd, coins_usd), 0) as coins_gap,
        abs(oi_usd - contracts_usd)
        / nullif(greatest(oi_usd, contracts_usd), 0) as contracts_gap
    from routes

),

widest as (

    select
        *,
        greatest(other_gap, coins_gap, contracts_gap) as gap
    from gaps

)

select
    snapshot_at,
    venue,
    symbol,
    asset,
    oi_usd,
    quality,
    gap,
    case gap
        when other_gap then 'its own other figure'
        when contracts_gap then 'contracts x size'
        when coins_gap then 'coins x price'
    end as route,
    case gap
        when other_gap then other_usd
        when contracts_gap then contracts_usd
        when coins_gap then coins_usd
    end as usd
from widest
where gap is not null
