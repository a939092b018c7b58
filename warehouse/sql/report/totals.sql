-- totals: all futures open interest of one snapshot, and how much of what should be there is.
-- Grain   one row
-- Inputs  core.open_interest, core.instruments, ops.runs, ops.coverage
-- Params  $snapshot_at, $max_age_minutes, $lookback_days
-- As for one asset (int_coverage_counted): coverage = fresh share of the known amounts
--   x share of instruments whose amount is known x share of venues of which anything is known.
-- An amount is the last good one before the snapshot, within the lookback; for what was not seen
-- before, the fresh one. fresh_usd alone is what is open now. Venues that list no futures are
-- not asked for any.
with

attempted as (

    select distinct coverage.venue
    from ops.coverage as coverage
    inner join ops.runs as runs
        on coverage.run_id = runs.run_id
    where
        runs.snapshot_at = $snapshot_at
        and coverage.status <> 'skipped'
        and coverage.venue not in (
            select listed.venue
            from core.instruments as listed
            group by listed.venue
            having not bool_or(listed.kind in ('perp', 'future'))
        )

),

first_listings as (

    select
        listed.venue,
        min(listed.valid_from) as listed_at
    from core.instruments as listed
    group by listed.venue

),

-- What a venue listed when it was first read is taken to have been listed before.
described as (

    select
        listed.venue,
        listed.symbol,
        coalesce(bool_or(
            listed.is_active
            and (listed.valid_to is null or listed.valid_to > $snapshot_at)
            and (listed.expiry is null or listed.expiry > $snapshot_at)
        ), false) as is_alive,
        coalesce(min(listed.listed_at) <= $snapshot_at, true) as has_begun
    from core.instruments as listed
    inner join attempted
        on listed.venue = attempted.venue
    inner join first_listings
        on listed.venue = first_listings.venue
    where
        listed.kind in ('perp', 'future')
        and (listed.valid_from <= $snapshot_at or listed.valid_from = first_listings.listed_at)
    group by
        listed.venue,
        listed.symbol

),

known as (

    select
        facts.venue,
        facts.symbol,
        coalesce(
            arg_max(facts.oi_usd, facts.snapshot_at)
            filter (where facts.snapshot_at < $snapshot_at),
            max(facts.oi_usd)
        ) as weight_usd,
        max(facts.oi_usd) filter (where facts.snapshot_at = $snapshot_at) as fresh_usd
    from core.open_interest as facts
    inner join attempted
        on facts.venue = attempted.venue
    where
        facts.superseded_at is null
        and core.is_sound(facts.quality, facts.oi_base, facts.oi_usd)
        and facts.kind in ('perp', 'future')
        and facts.snapshot_at <= $snapshot_at
        and facts.snapshot_at
        >= $snapshot_at - to_microseconds(cast($lookback_days * 86400e6 as bigint))
        and core.is_timely(facts.snapshot_at, facts.observed_at, $max_age_minutes)
    group by
        facts.venue,
        facts.symbol

),

universe as (

    select
        coalesce(known.venue, described.venue) as venue,
        known.weight_usd,
        known.fresh_usd
    from known
    full join described
        on
            known.venue = described.venue
            and known.symbol = described.symbol
    where
        known.fresh_usd is not null
        or (described.is_alive and described.has_begun)
        or (known.venue is not null and (described.venue is null or described.is_alive))

),

unknown as (

    select count(*) as venues
    from attempted
    where
        not exists (
            select 1 from known
            where known.venue = attempted.venue
        )
        and not exists (
            select 1 from described
            where described.venue = attempted.venue
        )

)

select
    coalesce(core.exact_sum(universe.fresh_usd), 0) as fresh_usd,
    coalesce(
        core.exact_sum(case when universe.fresh_usd is not null then universe.weight_usd end), 0
    ) as covered_usd,
    coalesce(core.exact_sum(universe.weight_usd), 0) as known_usd,
    count(distinct universe.venue) filter (where universe.fresh_usd is not null)
        as venues_fresh,
    count(*) as instruments,
    count(universe.weight_usd) as instruments_known,
    (select count(*) from attempted) as venues_attempted,
    (select unknown.venues from unknown) as venues_unknown
from universe
