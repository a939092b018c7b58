-- int_universe_weighed: every instrument that should be there at a snapshot, and its weight.
-- Grain   one row per (snapshot_at, instrument_id)
-- Inputs  int_open_interest_judged, int_references_found, int_venues_attempted,
--         int_instruments_numbered, int_rules_numbered, int_contracts_left_out, int_top_ups_found,
--         int_known_before, core.instruments, core.open_interest
-- Params  $since            timestamptz, first instant of the window
--         $recent           timestamptz, from here on models read every fact
--         $max_age_minutes  double, further from the snapshot than this is stale
--         $lookback_days    double, how long the last good figure of an instrument counts
-- The weight is the last good oi_usd before the snapshot, within the lookback; for what was not
-- seen before, the fresh one. It is null for an instrument that is listed but was never seen.
-- In history that a run fetched, what was not seen before weighs what that run saw.
-- What a venue listed when it was first read is taken to have been listed before, unless its
-- listing date says otherwise; what appeared later counts from when it appeared. A contract that
-- has expired is not missing. Nor is what bears the name and is known to be another thing. Assets
-- of which nothing is fresh are told of runs alone.
-- product_id is null for what was neither seen nor listed in a product line; is_stale and
-- is_suspect say why a row that is there is not fresh.
with

instants as (

    select
        snapshot_at,
        group_id
    from int_open_interest_judged
    where is_fresh and snapshot_at >= $since
    union
    select
        reference_at,
        group_id
    from int_references_found
    where horizon = '24h'
    union
    select
        runs.snapshot_at,
        groups.group_id
    from (
        select distinct snapshot_at from int_venues_attempted
        where snapshot_at = run_at and snapshot_at >= $since
    ) as runs
    cross join (select distinct group_id from int_instruments_numbered) as groups

),

products as (

    select distinct
        product,
        product_id
    from int_rules_numbered

),

listings as (

    select
        listed.venue,
        listed.symbol,
        listed.asset,
        core.kind_group(listed.kind) as kind_group,
        products.product_id,
        listed.is_active,
        listed.expiry,
        listed.listed_at,
        listed.valid_to,
        case
            when listed.valid_from = min(listed.valid_from) over (partition by listed.venue)
                then timestamptz '1970-01-01 00:00:00+00'
            else listed.valid_from
        end as known_from
    from core.instruments as listed
    left join products
        on listed.product = products.product

),

good as (

    select
        snapshot_at,
        group_id,
        instrument_id,
        venue,
        venue_id,
        product_id,
        oi_usd,
        is_fresh
    from int_open_interest_judged
    where is_good and snapshot_at >= $recent
    union all
    select
        known.good_at as snapshot_at,
        instruments.group_id,
        instruments.instrument_id,
        known.venue,
        instruments.venue_id,
        rules.product_id,
        known.good_usd as oi_usd,
        false as is_fresh
    from int_known_before as known
    inner join int_instruments_numbered as instruments
        using (venue, symbol, asset, kind_group)
    inner join int_rules_numbered as rules
        on known.good_rule = rules.unit_rule
    where known.good_at is not null

),

seen as (

    select
        *,
        lag(oi_usd) over instrument as earlier_usd,
        lag(snapshot_at) over instrument as earlier_at
    from good
    window instrument as (partition by instrument_id order by snapshot_at)

),

fresh as (

    select
        seen.snapshot_at,
        seen.group_id,
        seen.instrument_id,
        seen.venue,
        seen.venue_id,
        seen.product_id,
        case
            when
                epoch_us(seen.earlier_at)
                >= epoch_us(seen.snapshot_at) - cast($lookback_days * 86400e6 as bigint)
                then seen.earlier_usd
            else seen.oi_usd
        end as weight_usd
    from seen
    inner join instants
        using (snapshot_at, group_id)
    where seen.is_fresh

),

candidates as (

    select
        instants.snapshot_at,
        instruments.*
    from instants
    inner join int_instruments_numbered as instruments
        on instants.group_id = instruments.group_id

),

other_things as (

    select *
    from int_contracts_left_out
    where is_other

),

absent as materialized (

    select candidates.*
    from candidates
    inner join int_venues_attempted
        using (snapshot_at, venue)
    anti join fresh
        on
            candidates.snapshot_at = fresh.snapshot_at
            and candidates.instrument_id = fresh.instrument_id
    anti join other_things
        on
            candidates.snapshot_at = other_things.snapshot_at
            and candidates.venue = other_things.venue
            and candidates.symbol = other_things.symbol

),

described as materialized (

    select
        absent.snapshot_at,
        absent.group_id,
        absent.instrument_id,
        absent.venue,
        absent.venue_id,
        absent.symbol,
        listings.product_id,
        coalesce(
            listings.is_active
            and listings.asset = absent.asset
            and listings.kind_group = absent.kind_group
            and (listings.valid_to is null or listings.valid_to > absent.snapshot_at)
            and coalesce(listings.expiry > absent.snapshot_at, true),
            false
        ) as is_alive,
        coalesce(absent.expires_at <= absent.snapshot_at, false) as is_past_its_day,
        listings.symbol is not null as is_described,
        coalesce(listings.listed_at <= absent.snapshot_at, true) as has_begun
    from absent
    asof left join listings
        on
            absent.venue = listings.venue
            and absent.symbol = listings.symbol
            and absent.snapshot_at >= listings.known_from

),

later as (

    select
        described.snapshot_at,
        described.instrument_id,
        facts.oi_usd
    from described
    inner join int_top_ups_found as found
        on described.snapshot_at = found.snapshot_at
    inner join core.open_interest as facts
        on
            found.run_at = facts.snapshot_at
            and described.venue = facts.venue
            and described.symbol = facts.symbol
    where
        facts.superseded_at is null
        and core.is_sound(facts.quality, facts.oi_base, facts.oi_usd)
        and core.is_timely(facts.snapshot_at, facts.observed_at, $max_age_minutes)

),

weighed as (

    select
        described.* exclude (product_id),
        coalesce(good.product_id, described.product_id) as product_id,
        case
            when
                epoch_us(good.snapshot_at)
                >= epoch_us(described.snapshot_at) - cast($lookback_days * 86400e6 as bigint)
                then good.oi_usd
            else later.oi_usd
        end as weight_usd
    from described
    left join later
        using (snapshot_at, instrument_id)
    asof left join good
        on
            described.instrument_id = good.instrument_id
            and described.snapshot_at >= good.snapshot_at

),

unfresh as (

    select
        snapshot_at,
        instrument_id,
        is_timely
    from int_open_interest_judged
    where not is_fresh

)

select
    snapshot_at,
    group_id,
    instrument_id,
    venue,
    venue_id,
    product_id,
    true as is_fresh,
    false as is_stale,
    false as is_suspect,
    weight_usd
from fresh
union all
select
    weighed.snapshot_at,
    weighed.group_id,
    weighed.instrument_id,
    weighed.venue,
    weighed.venue_id,
    weighed.product_id,
    false as is_fresh,
    coalesce(not unfresh.is_timely, false) as is_stale,
    coalesce(unfresh.is_timely, false) as is_suspect,
    weighed.weight_usd
from weighed
left join unfresh
    using (snapshot_at, instrument_id)
where
    (weighed.is_alive and weighed.has_begun)
    or (
        weighed.weight_usd is not null
        and (weighed.is_alive or not (weighed.is_described or weighed.is_past_its_day))
    )
