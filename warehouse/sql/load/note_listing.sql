-- note_listing: note what a venue's listing that was just stored bears on, if it changed anything.
-- Inputs  core.instruments, core.open_interest, ops.runs, ops.coverage, ops.stale
-- Params  $venue      varchar
--         $listed_at  timestamptz, since when the listing holds
--         $last       timestamptz, the end of time
-- The first listing of a venue is taken to have held before: all that is stored of it, and all that
-- it was asked for, is seen in another light. So is what was stored of a contract before it was
-- first listed, such as imported options: its terms were read off its symbol.
insert into ops.stale by name
with

known as (

    select
        venue,
        min(valid_from) as first_at
    from core.instruments
    where venue = $venue
    group by venue
    having
        bool_or(valid_from = $listed_at)
        or bool_or(coalesce(valid_to = $listed_at, false))

),

first_listed as (

    select venue
    from known
    where first_at >= $listed_at

),

new_symbols as (

    select
        venue,
        symbol
    from core.instruments
    where venue = $venue
    group by venue, symbol
    having min(valid_from) >= $listed_at

),

appeared as (

    select min(facts.snapshot_at) as since
    from core.open_interest as facts
    inner join first_listed
        on facts.venue = first_listed.venue
    union all
    select min(facts.snapshot_at) as since
    from core.open_interest as facts
    semi join new_symbols
        on facts.venue = new_symbols.venue and facts.symbol = new_symbols.symbol
    where facts.snapshot_at < $listed_at
    union all
    select min(runs.snapshot_at) as since
    from ops.runs as runs
    inner join ops.coverage as coverage
        on runs.run_id = coverage.run_id
    inner join first_listed
        on coverage.venue = first_listed.venue

)

select
    'core.instruments' as fact,
    least($listed_at, min(appeared.since)) as since,
    $last as until
from known
left join appeared
    on true
group by known.venue
