-- venue_changes: by how much the share of each product line changed in 24 hours (M18, M03).
-- Grain   one row per venue, product, field and unit, as in venues; none when there is no
--         snapshot a day earlier
-- Inputs  core.open_interest, ops.unit_rules
-- Params  $snapshot_at, $max_age_minutes
-- Like for like: only contracts that are fresh at both instants enter either share, so that an
-- exchange that is missing does not lift the shares of all others.
with

fresh as (

    select
        facts.snapshot_at,
        facts.venue,
        facts.symbol,
        facts.unit_rule,
        facts.oi_usd
    from core.open_interest as facts
    where
        facts.superseded_at is null
        and core.is_sound(facts.quality, facts.oi_base, facts.oi_usd)
        and facts.kind in ('perp', 'future')
        and facts.snapshot_at between $snapshot_at - interval 25 hour and $snapshot_at
        and core.is_timely(facts.snapshot_at, facts.observed_at, $max_age_minutes)

),

reference as (

    select fresh.snapshot_at
    from fresh
    where
        abs(epoch($snapshot_at) - epoch(fresh.snapshot_at) - 86400) <= 1800
    order by
        abs(epoch($snapshot_at) - epoch(fresh.snapshot_at) - 86400),
        fresh.snapshot_at
    limit 1

),

products as (

    select
        later.venue,
        coalesce(rules.product, later.unit_rule) as product,
        coalesce(rules.field, 'oi_base') as field,
        coalesce(rules.unit, 'base') as unit,
        core.exact_sum(later.oi_usd) as usd_after,
        core.exact_sum(earlier.oi_usd) as usd_before
    from fresh as later
    inner join fresh as earlier
        on
            later.venue = earlier.venue
            and later.symbol = earlier.symbol
    left join ops.unit_rules as rules
        on later.unit_rule = rules.unit_rule
    where
        later.snapshot_at = $snapshot_at
        and earlier.snapshot_at = (select reference.snapshot_at from reference)
    group by
        later.venue,
        coalesce(rules.product, later.unit_rule),
        coalesce(rules.field, 'oi_base'),
        coalesce(rules.unit, 'base')

),

totals as (

    select
        core.exact_sum(products.usd_after) as usd_after,
        core.exact_sum(products.usd_before) as usd_before
    from products

)

select
    products.venue,
    products.product,
    products.field,
    products.unit,
    100 * (
        products.usd_after / nullif(totals.usd_after, 0)
        - products.usd_before / nullif(totals.usd_before, 0)
    ) as share_change_pp
from products
cross join totals
order by
    products.venue,
    products.product,
    products.field,
    products.unit
