-- int_convention_pairs: what another field of the same product line says of the same instant.
-- Grain   one row per (venue, product, field, snapshot_at, symbol) that another field speaks of
-- Inputs  int_convention_figures, int_convention_nights, int_convention_terms, core.open_interest,
--         ops.unit_rules
-- The nearest within an hour and a half counts: live figures and those of history.
with

lines as (

    select distinct
        mine.venue,
        mine.product,
        mine.field
    from int_convention_nights as mine
    inner join int_convention_nights as other
        on
            mine.venue = other.venue
            and mine.product = other.product
            and mine.field <> other.field

),

nights as (

    select nights.*
    from int_convention_nights as nights
    inner join lines
        using (venue, product, field)

),

others as (

    select
        nights.venue,
        nights.product,
        nights.field,
        nights.snapshot_at,
        known.symbol,
        core.held(known.kind, known.margin, known.oi_base, known.oi_usd, known.oi_contracts, 1)
        / if(known.margin = 'linear' or known.kind = 'option', coalesce(terms.multiplier, 1), 1)
            as held
    from nights
    inner join core.open_interest as known
        on
            nights.venue = known.venue
            and known.snapshot_at >= nights.snapshot_at - interval '90 minutes'
            and known.snapshot_at <= nights.snapshot_at + interval '90 minutes'
    inner join ops.unit_rules as rules
        on
            known.unit_rule = rules.unit_rule
            and nights.product = rules.product
            and nights.field <> rules.field
    left join int_convention_terms as terms
        on
            known.venue = terms.venue
            and known.symbol = terms.symbol
    where known.superseded_at is null
    qualify row_number() over (
        partition by nights.venue, nights.product, nights.field, nights.snapshot_at, known.symbol
        order by
            abs(epoch_us(known.snapshot_at) - epoch_us(nights.snapshot_at)),
            known.snapshot_at,
            known.unit_rule
    ) = 1

)

select
    figures.venue,
    figures.product,
    figures.field,
    figures.snapshot_at,
    figures.held,
    others.held as held_other
from int_convention_figures as figures
inner join others
    using (venue, product, field, snapshot_at, symbol)
where
    figures.held > 0
    and others.held > 0
order by
    figures.venue, figures.product, figures.field, figures.snapshot_at, figures.held, others.held
