-- int_options_placed: the rows that marts of options have, and whether their figures may be printed.
-- Grain   one row per (snapshot_at, asset, venue, expiry) with an option that counts; expiry is
--         null for all expiries, of whatever was told; venue ALL for all venues
-- Inputs  int_options_known, int_options_gated, int_options_priced, marts.option_chain
-- Params  $since  timestamptz, first instant of the window
--         $until  timestamptz, last instant of the window
-- Only all venues together are ever withheld: a venue's own figures rest on no other.
with

flagged as (

    select
        known.snapshot_at,
        known.asset,
        known.venue,
        known.standing,
        known.oi_base,
        known.is_simulated,
        chain.iv,
        chain.is_crossed,
        chain.is_underlying_stale,
        case when known.standing = 'counts' then known.expiry end as expiry
    from int_options_known as known
    left join (
        select *
        from marts.option_chain
        where snapshot_at between $since and $until
    ) as chain
        using (snapshot_at, venue, symbol)

),

counted as (

    select
        snapshot_at,
        asset,
        expiry,
        coalesce(venue, 'ALL') as venue,
        grouping(expiry) = 1 as is_every_expiry,
        cast(count(*) as integer) as options_told,
        cast(count(*) filter (where standing = 'counts') as integer) as options_counted,
        cast(count(*) filter (where standing = 'counts' and oi_base = 0) as integer)
            as options_zero,
        cast(count(*) filter (where standing = 'expired') as integer) as options_expired,
        cast(count(*) filter (where standing = 'stale') as integer) as options_stale,
        cast(count(*) filter (where standing = 'suspect') as integer) as options_suspect,
        cast(count(*) filter (where standing = 'left_out') as integer) as options_left_out,
        cast(count(*) filter (where standing = 'without_interest') as integer)
            as options_without_interest,
        cast(count(*) filter (where standing = 'terms_unknown') as integer)
            as options_terms_unknown,
        cast(count(*) filter (where is_crossed) as integer) as options_crossed,
        cast(count(*) filter (where is_underlying_stale) as integer)
            as options_stale_underlying,
        cast(count(*) filter (where standing = 'counts' and iv is null) as integer)
            as options_without_iv,
        bool_or(is_simulated) as is_simulated
    from flagged
    group by grouping sets (
        (snapshot_at, asset, venue, expiry),
        (snapshot_at, asset, expiry),
        (snapshot_at, asset, venue),
        (snapshot_at, asset)
    )

)

select
    counted.* exclude (is_every_expiry),
    priced.price,
    counted.venue <> 'ALL' or gated.published as published,
    case when counted.venue = 'ALL' then gated.withheld_reason end as withheld_reason,
    case when counted.venue = 'ALL' then gated.coverage end as coverage
from counted
inner join int_options_gated as gated
    using (snapshot_at, asset)
left join int_options_priced as priced
    using (snapshot_at, asset, venue)
where counted.is_every_expiry or counted.expiry is not null
