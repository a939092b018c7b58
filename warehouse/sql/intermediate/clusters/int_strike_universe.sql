-- int_strike_universe: open interest of options known at the snapshot, and at those of the
-- clusters that it may continue.
-- Grain   one row per (taken_at, venue, symbol)
-- Inputs  core.open_interest, core.open_interest by core.contracts_left_out,
--         core.instruments by core.option_terms, marts.clusters (earlier)
-- Params  $until            timestamptz, the snapshot to build
--         $known_at         timestamptz, facts recorded later do not count
--         $max_age_minutes  double, an observation further from the snapshot than this is stale
-- Options that have expired by then are out, and those that are left out of totals. Strike and side are those listed at the time; before
-- the first listing, those of it: they are part of what an option is. An option that was never
-- listed here, but imported, has those of its symbol, and expires at 08:00 UTC. They are null where
-- neither tells them; such an option counts in the total and in no cluster.
with

instants as (

    select $until as taken_at
    union
    select snapshot_at as taken_at
    from marts.clusters
    where
        kind = 'strike'
        and snapshot_at < $until
        and snapshot_at >= $until - interval 48 hours

),

facts as (

    select
        venue,
        symbol,
        asset,
        snapshot_at,
        observed_at,
        oi_base,
        oi_usd,
        index_price,
        is_simulated
    from core.open_interest
    where
        core.was_known(recorded_at, superseded_at, $known_at)
        and core.is_timely(snapshot_at, observed_at, $max_age_minutes)
        and core.is_sound(quality, oi_base, coalesce(oi_usd, 0))
        and kind = 'option'
        and snapshot_at <= $until
        and observed_at
        >= $until - interval 48 hours
        - to_microseconds(cast(floor($max_age_minutes * 60e6) as bigint))
        and observed_at
        <= $until + to_microseconds(cast(floor($max_age_minutes * 60e6) as bigint))

),

left_out as (

    select
        snapshot_at,
        venue,
        symbol
    from
        core.contracts_left_out(
            $until - interval 48 hours
            - to_microseconds(cast(floor($max_age_minutes * 120e6) as bigint)),
            $until,
            $known_at,
            $max_age_minutes
        )

),

newest as (

    select
        instants.taken_at,
        facts.*
    from facts
    anti join left_out
        using (snapshot_at, venue, symbol)
    inner join instants
        on
            facts.snapshot_at <= instants.taken_at
            and facts.observed_at
            >= instants.taken_at
            - to_microseconds(cast(floor($max_age_minutes * 60e6) as bigint))
            and facts.observed_at
            <= instants.taken_at
            + to_microseconds(cast(floor($max_age_minutes * 60e6) as bigint))
    qualify
        row_number() over (
            partition by instants.taken_at, facts.venue, facts.symbol
            order by facts.snapshot_at desc
        ) = 1

),

listed as (

    select
        newest.taken_at,
        newest.venue,
        newest.symbol,
        newest.asset,
        newest.oi_base,
        newest.oi_usd,
        newest.index_price,
        newest.is_simulated,
        case
            when terms.venue is not null then terms.expiry
            when core.spelt_side(newest.symbol, newest.asset) is not null
                then core.expires_at(newest.symbol)
        end as expiry,
        case
            when terms.venue is not null then terms.strike
            else core.spelt_strike(newest.symbol, newest.asset)
        end as strike,
        case
            when terms.venue is not null then terms.side
            else core.spelt_side(newest.symbol, newest.asset)
        end as side
    from newest
    left join core.option_terms() as terms
        on
            newest.venue = terms.venue
            and newest.symbol = terms.symbol
            and newest.taken_at >= terms.from_at
            and newest.taken_at < terms.until_at

)

select * from listed
where expiry is null or expiry > taken_at
order by taken_at, venue, symbol
