-- int_products_covered: how much of what should be there of a product line of a venue is there.
-- Grain   one row per (snapshot_at, kind_group, venue_id, product_id); product_id may be null
-- Inputs  int_lines_covered, int_products_unseen, int_instruments_numbered
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

parts as (

    select
        lines.snapshot_at,
        kinds.kind_group,
        lines.venue_id,
        lines.product_id,
        lines.fresh_usd,
        lines.known_usd,
        lines.instruments,
        lines.known,
        lines.fresh,
        lines.is_stale,
        lines.is_suspect,
        lines.is_missing
    from int_lines_covered as lines
    inner join kinds
        on lines.group_id = kinds.group_id
    union all
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
