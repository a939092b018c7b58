-- int_coverage_counted: how much of what should be there of an asset is there, and what is not.
-- Grain   one row per (snapshot_at, group_id)
-- Inputs  int_universe_weighed, int_attempts_counted
-- Params  $minimum_coverage  double, below this changes are withheld
with

incomplete as (

    select distinct
        snapshot_at,
        group_id,
        venue_id
    from int_universe_weighed
    where not is_fresh

),

venues as (

    select
        universe.snapshot_at,
        universe.group_id,
        min(universe.venue) as venue,
        count(*) as instruments,
        count(*) filter (where universe.is_fresh) as fresh,
        core.gap_word(
            bool_or(universe.is_stale),
            bool_or(universe.is_suspect),
            bool_or(not universe.is_fresh and universe.weight_usd is not null)
        ) as word
    from int_universe_weighed as universe
    semi join incomplete
        using (snapshot_at, group_id, venue_id)
    group by
        universe.snapshot_at,
        universe.group_id,
        universe.venue_id

),

gaps as (

    select
        snapshot_at,
        group_id,
        string_agg(core.gap_text(venue, word, instruments, fresh), ', ' order by venue) as words
    from venues
    group by all

),

counted as (

    select
        snapshot_at,
        group_id,
        coalesce(core.exact_sum(case when is_fresh then weight_usd end), 0) as fresh_usd,
        coalesce(core.exact_sum(weight_usd), 0) as known_usd,
        count(*) as instruments,
        count(weight_usd) as known,
        count(*) filter (where is_fresh) as fresh
    from int_universe_weighed
    group by all

),

covered as (

    select
        counted.snapshot_at,
        counted.group_id,
        core.coverage(
            counted.fresh_usd, counted.known_usd, counted.fresh, counted.instruments, counted.known
        ) * attempts.heard_share as coverage,
        concat_ws(', ', gaps.words, attempts.words) as words
    from counted
    inner join int_attempts_counted as attempts
        on counted.snapshot_at = attempts.snapshot_at
    left join gaps
        on
            counted.snapshot_at = gaps.snapshot_at
            and counted.group_id = gaps.group_id

)

select
    snapshot_at,
    group_id,
    coverage,
    coverage >= $minimum_coverage as published,
    core.withheld_reason(coverage, $minimum_coverage, words) as withheld_reason
from covered
