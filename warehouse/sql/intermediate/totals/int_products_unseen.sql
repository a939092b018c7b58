-- int_products_unseen: what belongs to assets of which a snapshot of history holds nothing.
-- Grain   one row per (snapshot_at, kind_group, venue_id, product_id)
-- Inputs  int_open_interest_judged, int_venues_attempted, int_instruments_numbered,
--         int_rules_numbered, int_known_before, core.open_interest
-- Params  $since            timestamptz, first instant of the window
--         $recent           timestamptz, from here on models read every fact
--         $max_age_minutes  double, further from the snapshot than this is stale
--         $lookback_days    double, how long the last good figure of an instrument counts
-- A run is asked for every asset (int_universe_weighed). History that a run fetched holds the
-- largest assets alone: the others weigh what that run saw. In other history an asset weighs what
-- the last snapshot within the lookback held of it, but for contracts that have expired since.
with

snapshots as (

    select distinct
        snapshot_at,
        run_at
    from int_venues_attempted
    where snapshot_at >= $since and snapshot_at is distinct from run_at

),

levels as (

    select distinct
        snapshot_at,
        group_id
    from int_open_interest_judged
    where is_fresh and snapshot_at >= $since

),

run_lines as (

    select
        facts.snapshot_at as run_at,
        instruments.kind_group,
        instruments.group_id,
        instruments.venue_id,
        rules.product_id,
        core.exact_sum(facts.oi_usd) as usd,
        count(*) as instruments
    from core.open_interest as facts
    inner join int_instruments_numbered as instruments
        on
            facts.venue = instruments.venue
            and facts.symbol = instruments.symbol
            and facts.asset = instruments.asset
            and core.kind_group(facts.kind) = instruments.kind_group
    inner join int_rules_numbered as rules
        on facts.unit_rule = rules.unit_rule
    where
        facts.snapshot_at in (select snapshots.run_at from snapshots)
        and facts.superseded_at is null
        and core.is_sound(facts.quality, facts.oi_base, facts.oi_usd)
        and core.is_timely(facts.snapshot_at, facts.observed_at, $max_age_minutes)
    group by all

),

run_sums as (

    select
        run_at,
        kind_group,
        venue_id,
        product_id,
        core.exact_sum(usd) as usd,
        sum(instruments) as instruments
    from run_lines
    group by all

),

topped_up as (

    select
        snapshots.snapshot_at,
        run_lines.kind_group,
        run_lines.venue_id,
        run_lines.product_id,
        core.exact_sum(run_lines.usd) as usd,
        sum(run_lines.instruments) as instruments
    from snapshots
    inner join levels
        on snapshots.snapshot_at = levels.snapshot_at
    inner join run_lines
        on
            snapshots.run_at = run_lines.run_at
            and levels.group_id = run_lines.group_id
    group by all

),

beside_top_ups as (

    select
        snapshots.snapshot_at,
        run_sums.kind_group,
        run_sums.venue_id,
        run_sums.product_id,
        run_sums.usd - coalesce(topped_up.usd, 0) as usd,
        run_sums.instruments - coalesce(topped_up.instruments, 0) as instruments
    from snapshots
    inner join run_sums
        on snapshots.run_at = run_sums.run_at
    left join topped_up
        on
            snapshots.snapshot_at = topped_up.snapshot_at
            and run_sums.kind_group = topped_up.kind_group
            and run_sums.venue_id = topped_up.venue_id
            and run_sums.product_id = topped_up.product_id

),

known_before as (

    select
        known.good_at as snapshot_at,
        instruments.group_id,
        instruments.instrument_id,
        rules.product_id,
        known.good_usd as oi_usd
    from int_known_before as known
    inner join int_instruments_numbered as instruments
        using (venue, symbol, asset, kind_group)
    inner join int_rules_numbered as rules
        on known.good_rule = rules.unit_rule

),

seen as (

    select
        snapshot_at,
        group_id,
        instrument_id,
        product_id,
        oi_usd
    from int_open_interest_judged
    where is_good and snapshot_at >= $recent
    union all
    select * from known_before

),

times as (

    select distinct
        snapshot_at,
        group_id
    from seen

),

-- Materialised: a snapshot of history that holds every asset has none of these.
absent as materialized (

    select
        snapshots.snapshot_at,
        groups.group_id
    from snapshots
    cross join (select distinct group_id from int_instruments_numbered) as groups
    anti join levels
        on
            snapshots.snapshot_at = levels.snapshot_at
            and groups.group_id = levels.group_id
    where snapshots.run_at is null

),

last_seen as materialized (

    select
        absent.snapshot_at,
        absent.group_id,
        times.snapshot_at as seen_at
    from absent
    asof inner join times
        on
            absent.group_id = times.group_id
            and absent.snapshot_at >= times.snapshot_at
    where
        epoch_us(times.snapshot_at)
        >= epoch_us(absent.snapshot_at) - cast($lookback_days * 86400e6 as bigint)

),

held as (

    select
        seen.snapshot_at as seen_at,
        seen.group_id,
        instruments.kind_group,
        instruments.venue_id,
        seen.product_id,
        instruments.expires_at,
        core.exact_sum(seen.oi_usd) as usd,
        count(*) as instruments
    from seen
    semi join last_seen
        on
            seen.snapshot_at = last_seen.seen_at
            and seen.group_id = last_seen.group_id
    inner join int_instruments_numbered as instruments
        on seen.instrument_id = instruments.instrument_id
    group by all

),

elsewhere as (

    select
        last_seen.snapshot_at,
        held.kind_group,
        held.venue_id,
        held.product_id,
        core.exact_sum(held.usd) as usd,
        sum(held.instruments) as instruments
    from last_seen
    inner join held
        using (seen_at, group_id)
    where coalesce(held.expires_at > last_seen.snapshot_at, true)
    group by all

)

select * from beside_top_ups
where instruments > 0
union all
select * from elsewhere
