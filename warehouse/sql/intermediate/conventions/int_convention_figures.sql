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
        known.margin = 'inverse' and known.kind <> 'option' as is_inverse,
        known.margin = 'quanto' and known.kind <> 'option' as is_quanto,
        terms.contract_size_unit,
        terms.contract_size
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
    unit_rule,
    is_inverse,
    counting_factor as factor,
    core.held(kind, margin, oi_base, oi_usd, oi_contracts, 1)
    / if(is_inverse or is_quanto, 1, multiplier) as held,
    case
        when unit = 'contracts' then oi_contracts
        when unit = 'base' then oi_base / multiplier
        when unit = 'usd' and is_inverse then oi_usd
    end / counting_factor as printed,
    if(is_quanto, null, mark_price * multiplier) as price,
    case
        when is_quanto then 1
        when contract_size_unit = if(is_inverse, 'usd', 'base') then contract_size
    end as size,
    case
        when is_inverse then volume_24h_usd
        when not is_quanto then volume_24h_base / multiplier
    end as traded,
    epoch(observed_at) / 3600 as hours,
    is_simulated
from facts
order by venue, product, field, snapshot_at, symbol
