-- int_coverage_counted: how much of what should be there of an asset is there, and what is not.
-- Grain   one row per (snapshot_at, group_id)
-- Inputs  int_lines_covered, int_venues_attempted
-- Params  $minimum_coverage  double, below this changes are withheld
with

attempted as (

    select
        snapshot_at,
        count(*) as attempted,
        count(*) filter (where not is_known) as unheard,
        string_agg(
            case when not is_known then venue || ' unknown' end, ', ' order by venue
        ) as words
    from int_venues_attempted
    group by all

),

venues as (

    select
        snapshot_at,
        group_id,
        min(venue) as venue,
        sum(instruments) as instruments,
        sum(fresh) as fresh,
        core.gap_word(bool_or(is_stale), bool_or(is_suspect), bool_or(is_missing)) as word
    from int_lines_covered
    group by
        snapshot_at,
        group_id,
        venue_id

),

gaps as (

    select
        snapshot_at,
        group_id,
        string_agg(core.gap_text(venue, word, instruments, fresh), ', ' order by venue) as words
    from venues
    where fresh < instruments
    group by all

),

counted as (

    select
        snapshot_at,
        group_id,
        core.exact_sum(fresh_usd) as fresh_usd,
        core.exact_sum(known_usd) as known_usd,
        sum(instruments) as instruments,
        sum(known) as known,
        sum(fresh) as fresh
    from int_lines_covered
    group by all

),

covered as (

    select
        counted.snapshot_at,
        counted.group_id,
        core.coverage(
            counted.fresh_usd, counted.known_usd, counted.fresh, counted.instruments, counted.known
        ) * (1 - attempted.unheard / attempted.attempted) as coverage,
        concat_ws(', ', gaps.words, attempted.words) as words
    from counted
    inner join attempted
        on counted.snapshot_at = attempted.snapshot_at
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
