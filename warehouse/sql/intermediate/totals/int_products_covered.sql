-- int_products_covered: how much of what should be there of a product line of a venue is there.
-- Grain   one row per (snapshot_at, kind_group, venue_id, product_id); product_id may be null
-- Inputs  int_universe_weighed, int_products_unseen, int_instruments_numbered
with

kinds as (

    select distinct
        group_id,
        kind_group
    from int_instruments_numbered

),

venues as (

    select distinct
        venue_id,
        venue
    from int_instruments_numbered

),

counted as (

    select
        universe.snapshot_at,
        kinds.kind_group,
        universe.venue_id,
        universe.product_id,
        coalesce(
            core.exact_sum(case when universe.is_fresh then universe.weight_usd end), 0
        ) as fresh_usd,
        coalesce(core.exact_sum(universe.weight_usd), 0) as known_usd,
        count(*) as instruments,
        count(universe.weight_usd) as known,
        count(*) filter (where universe.is_fresh) as fresh,
        bool_or(universe.is_stale) as is_stale,
        bool_or(universe.is_suspect) as is_suspect,
        bool_or(not universe.is_fresh and universe.weight_usd is not null) as is_missing
    from int_universe_weighed as universe
    inner join kinds
        on universe.group_id = kinds.group_id
    group by all

),

parts as (

    select * from counted
    union all by name
    select
        snapshot_at,
        kind_group,
        venue_id,
        product_id,
        0 as fresh_usd,
        usd as known_usd,
        instruments,
        instruments as known,
        0 as fresh,
        false as is_stale,
        false as is_suspect,
        true as is_missing
    from int_products_unseen

),

summed as (

    select
        snapshot_at,
        kind_group,
        venue_id,
        product_id,
        core.exact_sum(fresh_usd) as fresh_usd,
        core.exact_sum(known_usd) as known_usd,
        sum(instruments) as instruments,
        sum(known) as known,
        sum(fresh) as fresh,
        bool_or(is_stale) as is_stale,
        bool_or(is_suspect) as is_suspect,
        bool_or(is_missing) as is_missing
    from parts
    group by all

)

select
    summed.*,
    venues.venue
from summed
inner join venues
    on summed.venue_id = venues.venue_id
