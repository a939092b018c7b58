-- int_convention_figures: the figures of the nights, as counted and as printed.
-- Grain   one row per (venue, product, field, snapshot_at, symbol)
-- Inputs  int_convention_nights, int_convention_terms, core.open_interest, ops.unit_rules
-- held is what price does not move: coins, of inverse contracts USD, of quanto ones contracts.
-- printed is recovered from what is stored; null where the exchange worked it out from a price.
with

facts as (

    select
        nights.product,
        nights.field,
        known.*,
        case when rules.unit = 'quote' then 'usd' else coalesce(rules.unit, 'base') end as unit,
        coalesce(terms.multiplier, 1) as multiplier,
        case known.margin
            when 'quanto' then 1
            when 'inverse' then if(terms.contract_size_unit = 'usd', terms.contract_size, null)
            else if(terms.contract_size_unit = 'base', terms.contract_size, null)
        end as size
    from core.open_interest as known
    left join ops.unit_rules as rules
        on known.unit_rule = rules.unit_rule
    inner join int_convention_nights as nights
        on
            known.venue = nights.venue
            and known.snapshot_at = nights.snapshot_at
            and coalesce(rules.product, known.kind) = nights.product
            and coalesce(rules.field, known.unit_rule) = nights.field
    left join int_convention_terms as terms
        on
            known.venue = terms.venue
            and known.symbol = terms.symbol
    where known.superseded_at is null

)

select
    venue,
    product,
    field,
    snapshot_at,
    symbol,
    unit,
    margin = 'inverse' as is_inverse,
    counting_factor as factor,
    case margin
        when 'inverse' then oi_usd
        when 'quanto' then coalesce(oi_contracts, oi_usd)
        else oi_base / multiplier
    end as held,
    case
        when unit = 'contracts' then oi_contracts
        when unit = 'base' then oi_base / multiplier
        when unit = 'usd' and margin = 'inverse' then oi_usd
    end / counting_factor as printed,
    case when margin <> 'quanto' then mark_price * multiplier end as price,
    size,
    case margin
        when 'inverse' then volume_24h_usd
        when 'linear' then volume_24h_base / multiplier
    end as traded,
    epoch(observed_at) / 3600 as hours,
    is_simulated
from facts
order by venue, product, field, snapshot_at, symbol
